# What analysts ask, a call at several places of a statement.
# sent: simple, extended, binary

SELECT pg_sleep(0), count(*) FROM @ HAVING set_config('search_path', 'pg_catalog', true) IS NOT NULL

SELECT * FROM @ g WHERE random() < 0

SELECT count(*) FROM @ a, LATERAL (SELECT * FROM @ b WHERE b.k = a.k ORDER BY b.v LIMIT 1) c

SELECT count(*) FROM (SELECT DISTINCT ON (k, v) * FROM @ ORDER BY k, v, t) x WHERE x.v IN (VALUES (22), (23), (24))

SELECT array_length(array_agg(DISTINCT (k, v)), 1) FROM @

SELECT k, v, lead(v, 2, -1) IGNORE NULLS OVER (PARTITION BY k ORDER BY t) FROM @

SELECT sum(v) FROM @ WHERE t::date IS JSON

SELECT * FROM @ g(t1, "K", "select") ORDER BY "select" DESC, t1, "K" LIMIT 2

WITH w(a) AS NOT MATERIALIZED (SELECT g FROM @ g) SELECT (a).k, count(*) FROM w GROUP BY 1 ORDER BY 1

WITH x AS (SELECT * FROM @), y AS (SELECT * FROM x), z AS (SELECT * FROM y UNION ALL SELECT * FROM x) SELECT count(*) FROM z, y WHERE z.t = y.t

SELECT (SELECT json_agg(h) FROM (SELECT k, max(v) AS m FROM @ GROUP BY k ORDER BY k) h)

SELECT x.* FROM (SELECT * FROM @) AS x(a, b), (VALUES ('a'), ('b')) AS y(k) WHERE x.b = y.k ORDER BY x.a, x.b LIMIT 3

SELECT COALESCE((SELECT v FROM @ WHERE k = 'none'), -1)

SELECT * FROM (SELECT * FROM @ ORDER BY v DESC LIMIT 5) s JOIN LATERAL (VALUES (s.v * 2), (s.v * 3)) AS l(x) ON l.x % 2 = 0 ORDER BY l.x, s.t, s.k

SELECT g.k, count(*) FROM @ g JOIN mini USING (k) GROUP BY ROLLUP (g.k) ORDER BY g.k

SELECT mode() WITHIN GROUP (ORDER BY k DESC) FILTER (WHERE v > 25) FROM @

SELECT t, k FROM @ WHERE t = ANY (SELECT max(t) FROM @ GROUP BY k) ORDER BY k, t

SELECT * FROM mini WHERE EXISTS (SELECT FROM @ g WHERE g.t = mini.t AND g.k = mini.k AND g.v <> mini.v) ORDER BY t, k LIMIT 3

DELETE FROM mini WHERE v > (SELECT max(v) + 1000 FROM @) RETURNING *

INSERT INTO mini (t, k, v) SELECT t, k, v FROM @ WHERE v > 1000 ON CONFLICT DO NOTHING RETURNING (SELECT count(*) FROM @)

SELECT count(*) FROM @ AS mini, mini AS g WHERE mini.v = g.v

SELECT now() = transaction_timestamp(), count(*) FROM @

SELECT DISTINCT pg_backend_pid() = pg_backend_pid() FROM @

SELECT format('%s-%I-%L', k, note, v) FROM @ LIMIT 2

SELECT width_bucket(v, 20, 30, 5) AS b, count(*), repeat('#', count(*)::int) FROM @ GROUP BY b ORDER BY b

SELECT date_bin('3 hours', t, 'epoch'), first_value(v) OVER w, last_value(v) OVER w FROM @ WINDOW w AS (PARTITION BY date_bin('3 hours', t, 'epoch') ORDER BY t, k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY t, k LIMIT 4

SELECT t, k, v FROM @ EXCEPT SELECT t, k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 38) ORDER BY 1, 2

SELECT a.k FROM @ a LEFT JOIN datamime_generate('mini', 't', ARRAY['k'], 'v', 20) b USING (t, k) WHERE b.t IS NULL ORDER BY a.t, a.k LIMIT 3
