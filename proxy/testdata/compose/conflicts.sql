# ON CONFLICT in each of its forms, RETURNING.
# sent: simple, extended, binary

CREATE TEMP TABLE o (t timestamp, k text, v int, n int DEFAULT 0, CONSTRAINT o_key PRIMARY KEY (t, k))

INSERT INTO o (t, k, v) SELECT t, k, v FROM @ LIMIT 20

INSERT INTO o (t, k, v) SELECT t, k, v FROM @ ON CONFLICT ON CONSTRAINT o_key DO NOTHING RETURNING t, k

INSERT INTO o AS x (t, k, v) SELECT t, k, v FROM @ ON CONFLICT (t, k) DO UPDATE SET n = x.n + 1, v = excluded.v WHERE x.k = 'a' RETURNING x.*

INSERT INTO o (t, k, v) SELECT t, k, v FROM @ ON CONFLICT (t, k) DO UPDATE SET (v, n) = (SELECT max(g.v), count(*) FROM @ g WHERE g.k = excluded.k) RETURNING v, n

INSERT INTO o (t, k, v) SELECT t, k, v FROM @ ON CONFLICT (t) DO NOTHING

INSERT INTO o (t, k, v) SELECT t, k, v FROM @ ON CONFLICT ON CONSTRAINT nope DO NOTHING

INSERT INTO o (t, k, v) SELECT '2024-01-01', 'twice', v FROM @ ON CONFLICT (t, k) DO UPDATE SET v = excluded.v

CREATE UNIQUE INDEX o_part ON o (v, lower(k)) WHERE n > 100

INSERT INTO o (t, k, v) SELECT t + interval '9 years', k, v FROM @ ON CONFLICT (v, lower(k)) WHERE n > 100 DO UPDATE SET n = 7

INSERT INTO o (t, k, v, n) VALUES ('2030-01-01', 'a', (SELECT max(v) FROM @), DEFAULT), ('2030-01-02', (SELECT min(k) FROM @), 1, 2) RETURNING *

INSERT INTO o (t, k, v) SELECT t + interval '11 years', k, v FROM @ RETURNING (SELECT count(*) FROM @ h WHERE h.k = o.k), v * 2 AS double

INSERT INTO o SELECT t + interval '12 years', k, v FROM @ RETURNING nope

INSERT INTO o (t, k, v) WITH g AS (SELECT * FROM @) SELECT t + interval '13 years', k, v FROM g

INSERT INTO o (t, k, v) SELECT t + interval '14 years', k, v FROM @ UNION ALL SELECT t + interval '15 years', k, v FROM @

INSERT INTO o (t, k, v) (SELECT t + interval '16 years', k, v FROM @)

INSERT INTO o (t, k, v) ((SELECT t + interval '17 years', k, v FROM @ LIMIT 3))

WITH w AS (SELECT 5 AS n) INSERT INTO o (t, k, v, n) SELECT t + interval '18 years', k, v, n FROM @ g, w

INSERT INTO o (t, k, v) SELECT DISTINCT ON (k) t + interval '19 years', k, v FROM @ ORDER BY k, t

INSERT INTO o (k, v) SELECT k, v FROM @

INSERT INTO o (t, k, v, v) SELECT t, k, v, v FROM @

INSERT INTO o (t, k, v) SELECT t, k FROM @

INSERT INTO o DEFAULT VALUES RETURNING (SELECT count(*) FROM @)

INSERT INTO pg_class SELECT * FROM @

SELECT extract(year FROM t), k, count(*), sum(v), sum(n) FROM o GROUP BY 1, 2 ORDER BY 1, 2
