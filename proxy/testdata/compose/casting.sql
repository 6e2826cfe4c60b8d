# Casts, collations, domains, and aggregates of every kind.
# sent: simple, extended, binary

SELECT t::date, v::numeric(4,1), k::"char", lot::int, note::name, v::text::varchar(1), t::timestamptz(0) FROM @ LIMIT 2

SELECT k COLLATE "C", max(k COLLATE "POSIX") OVER () FROM @ ORDER BY k COLLATE "C" DESC, v LIMIT 2

SELECT k FROM @ WHERE k < 'B' COLLATE "en-x-icu" LIMIT 2

SELECT k COLLATE "C" < k COLLATE "POSIX" FROM @

CREATE DOMAIN pg_temp.d1 AS int CHECK (VALUE > 0)

CREATE DOMAIN pg_temp.d2 AS pg_temp.d1 CHECK (VALUE < 1000) NOT NULL

SELECT v::pg_temp.d2, pg_typeof(v::pg_temp.d2)::text FROM @ LIMIT 1

SELECT array_agg(g ORDER BY t, k) FROM (SELECT * FROM @ LIMIT 2) g

SELECT range_agg(int4range(v, v + 1)) FROM @

SELECT multirange_agg_is_not_there(v) FROM @

SELECT xmlagg(xmlelement(name a, v) ORDER BY t, k) FROM @ WHERE k = 'a'

SELECT json_arrayagg(v ORDER BY t, k RETURNING jsonb), json_objectagg(k : v ABSENT ON NULL) FROM @ WHERE v > 29

SELECT JSON_OBJECT('k' : k, 'v' : v), JSON_ARRAY(k, v), JSON_SERIALIZE(to_json(g)), to_json(g) IS JSON OBJECT FROM @ g LIMIT 2

SELECT ts FROM @ g, to_tsvector('simple', g.note) ts LIMIT 1

SELECT xmlforest(k, v), g #>> '{v}' FROM (SELECT to_jsonb(x) AS g, k, v FROM @ x) y LIMIT 1

SELECT DISTINCT ON (k) k, t, v FROM @ ORDER BY k, v DESC, t

SELECT any_value(k) FROM @ WHERE k = 'a'

SELECT bool_and(v > 0), every(v IS NOT NULL), bit_or(v), string_agg(k, '' ORDER BY t, k), stddev_pop(v), percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY v), rank(25) WITHIN GROUP (ORDER BY v) FROM @

SELECT * FROM @ g GROUP BY g.*, t, k, v, note, lot ORDER BY t, k LIMIT 2

SELECT t, k FROM @ g GROUP BY g

SELECT k, v FROM @ GROUP BY ALL

SELECT FROM @ GROUP BY ()

SELECT count(*) FROM @ HAVING count(*) > 39
