# Expressions and types in the select list and in conditions.
# sent: simple, extended, binary

SELECT FROM @

SELECT 1 FROM @ LIMIT 3

SELECT v v, v AS "V", v "a ""b", t AS "select" FROM @ LIMIT 1

SELECT CASE k WHEN 'a' THEN 1 ELSE 0 END, coalesce(v, 0), nullif(k, 'a'), greatest(v, 25) FROM @ LIMIT 3

SELECT t AT TIME ZONE 'UTC', extract(hour FROM t), date_trunc('day', t), t::date, to_char(t, 'HH24') FROM @ LIMIT 2

SELECT pg_typeof(v), pg_typeof(lot), pg_typeof(note), pg_typeof(t) FROM @ LIMIT 1

SELECT v FROM @ WHERE v BETWEEN SYMMETRIC 30 AND 20 AND k LIKE 'a%' AND note ~ '^of' AND t IS NOT NULL

SELECT unnest(ARRAY[k, note]) FROM @ LIMIT 4

SELECT ROW(v, k) = ROW(23, 'a'), (v, k) > (20, 'a') FROM @ LIMIT 2

SELECT k || E'\t' || U&'d\0061t' || $q$datamime_generate('$q$ FROM @ LIMIT 1

SELECT 'datamime_generate(1)', k FROM @ -- datamime_generate(

SELECT/*c*/ * /* datamime_generate( */FROM @ g -- end

SELECT * FROM U&"d\0061tamime_generate"('mini', 't', ARRAY['k'], 'v', 3)

SELECT * FROM "datamime_generate"('mini', 't', ARRAY['k'], 'v', 3)

SELECT * FROM DATAMIME_Generate('mini', $$t$$, '{k}', E'v', '3')

SELECT * FROM datamime_generate(source => 'mini', time_column := 't', row_count => 1 + 2, value_column => 'v', series_columns => ARRAY['k'])

SELECT * FROM datamime_generate('mi' || 'ni', (SELECT 't'), string_to_array('k', ','), lower('V'), (SELECT 3))

SELECT v + 'x' FROM @

SELECT 1 / (v - v) FROM @

SELECT k::int FROM @

SELECT nope FROM @

SELECT 'é', v, nope FROM @

SELECT * FROM @ WHERE v

SELECT v FROM @ a, @ b

SELECT * FROM @ g, @ g

SELECT k, v FROM @ WHERE (t, k) OVERLAPS (t, t)

SELECT count(*) FROM @ WHERE (t, t + interval '1 hour') OVERLAPS ('2024-01-01 02:00', '2024-01-01 05:00')

SELECT t, v FROM @ WHERE ROW(v) IS DISTINCT FROM ROW(22) AND v IS NOT DISTINCT FROM v AND k IS NORMALIZED ORDER BY t, k LIMIT 3

SELECT * FROM datamime_generate(U&'m!0069ni' UESCAPE '!', 't', ARRAY['k'], 'v', 3)

SELECT * FROM datamime_generate /* a ( */ ( -- b )
 'mini' /* /* nested ) */ ' */, 't',ARRAY[ /* [ */ 'k'], 'v' , 2 -- ) 
)

SELECT * FROM datamime_generate('mini'::name, 't'::varchar, ARRAY['k']::name[], 'v'::char(1), 3::smallint)

SELECT * FROM datamime_generate('mini'::regclass::text, 't', ARRAY['k'], 'v', 3)

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', '3')

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3::int8)

SELECT * FROM datamime_generate(CAST('mini' AS text), 't', CAST('{k}' AS text[]), 'v', length('abc'))

SELECT * FROM datamime_generate('mini', 't', series_columns := ARRAY['k'], value_column => 'v', "row_count" := 3)

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', NULL::bigint) LIMIT 1
