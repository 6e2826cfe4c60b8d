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
