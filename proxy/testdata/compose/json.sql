# SQL's own JSON, as of PostgreSQL 16 and 17, over generated rows and into them.
# sent: simple, extended, binary

SELECT j.* FROM (SELECT jsonb_agg(to_jsonb(g) ORDER BY g.t, g.k) FROM @ g) d(doc), JSON_TABLE(d.doc, '$[*]' COLUMNS (n FOR ORDINALITY, who text PATH '$.k', much int PATH '$.v', at timestamp PATH '$.t', whole jsonb PATH '$')) j WHERE j.n < 5

SELECT g.k, j.word FROM @ g, JSON_TABLE(to_jsonb(g), '$.note' COLUMNS (word text PATH '$', NESTED '$.x' COLUMNS (x int PATH '$'))) j ORDER BY g.t, g.k LIMIT 4

SELECT g.v, j.v FROM JSON_TABLE(jsonb '[1, 22, 23, 24]', '$[*]' COLUMNS (v int PATH '$' ERROR ON ERROR)) j LEFT JOIN @ g USING (v) ORDER BY j.v, g.t, g.k

SELECT JSON_VALUE(to_jsonb(g), '$.v' RETURNING int) + 1, JSON_QUERY(to_jsonb(g), '$.k' OMIT QUOTES), JSON_EXISTS(to_jsonb(g), '$.lot ? (@ > 98)') FROM @ AS g LIMIT 3

SELECT JSON_VALUE(to_jsonb(g), '$.k' RETURNING int ERROR ON ERROR) FROM @ g

SELECT JSON_OBJECT('who' VALUE k, 'much': v, 'none': NULL ABSENT ON NULL RETURNING jsonb) FROM @ LIMIT 2

SELECT JSON_ARRAY(k, v, note NULL ON NULL), JSON_SCALAR(v), JSON_SERIALIZE(JSON(to_json(k)::text) RETURNING text) FROM @ LIMIT 2

SELECT JSON_OBJECTAGG(k || t : v WITH UNIQUE KEYS RETURNING jsonb) FROM @ WHERE t < '2024-01-01 02:00'

SELECT JSON_OBJECTAGG(k: v WITH UNIQUE KEYS) FROM @

SELECT k, JSON_ARRAYAGG(v ORDER BY t DESC NULL ON NULL RETURNING jsonb) FROM @ GROUP BY k ORDER BY k

SELECT count(*) FILTER (WHERE to_json(k)::text IS JSON SCALAR), count(*) FILTER (WHERE k IS JSON) FROM @

SELECT r.* FROM (SELECT json_agg(g) FROM @ g) a(d), json_to_recordset(a.d) AS r(k text, v int) ORDER BY r.k, r.v LIMIT 5

SELECT (jsonb_populate_record(NULL::mini, to_jsonb(g) || '{"v": 7}')).* FROM @ g LIMIT 3

SELECT jsonb_path_query_array(jsonb_agg(to_jsonb(g) ORDER BY t, k), '$[0 to 2].v') FROM @ g

SELECT x.* FROM (SELECT query_to_xml('SELECT 1', true, false, '') WHERE EXISTS (SELECT FROM @)) q, XMLTABLE('/table/row' PASSING q.query_to_xml COLUMNS "_x003F_column_x003F_" int) x

CREATE TEMP TABLE doc (d jsonb, n int GENERATED ALWAYS AS ((d ->> 'v')::int) STORED)

INSERT INTO doc (d) SELECT to_jsonb(g) - 'note' FROM @ g RETURNING d ->> 'k' AS k, n

MERGE INTO doc USING (SELECT to_jsonb(g) - 'note' AS d, g.v FROM @ g WHERE k <> 'b') s ON doc.d = s.d WHEN MATCHED AND s.v > 25 THEN UPDATE SET d = jsonb_set(doc.d, '{v}', '0') WHEN MATCHED THEN DELETE WHEN NOT MATCHED BY SOURCE THEN DO NOTHING RETURNING merge_action(), doc.*, s.v

SELECT count(*), sum(n) FROM doc

COPY (SELECT to_jsonb(g) FROM @ g LIMIT 3) TO STDOUT

COPY (SELECT k, v FROM @ LIMIT 2) TO STDOUT (FORMAT csv, FORCE_QUOTE *, ON_ERROR ignore)

COPY (SELECT k, v FROM @ LIMIT 2) TO STDOUT WITH (FORMAT csv, HEADER MATCH)

COPY (SELECT k, v FROM @ LIMIT 2) TO STDOUT (FORMAT text, DELIMITER '|', NULL '-', DEFAULT 'x')
