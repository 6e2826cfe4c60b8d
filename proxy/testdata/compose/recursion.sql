# Recursive CTEs that join a call.
# sent: simple, extended, binary

WITH RECURSIVE r(t, k, v, d) AS (SELECT t, k, v, 1 FROM @ WHERE t = '2024-01-01' UNION ALL SELECT g.t, g.k, g.v, r.d + 1 FROM r JOIN @ g ON g.k = r.k AND g.t = r.t + interval '1 hour' WHERE r.d < 4) SELECT k, d, v FROM r ORDER BY 1, 2

WITH RECURSIVE r(t, v) AS (SELECT t, v FROM @ WHERE k = 'a' UNION SELECT t, v - 1 FROM r WHERE v > 20) SEARCH DEPTH FIRST BY t SET o CYCLE v SET c USING p SELECT count(*), max(o::text) FROM r

WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL (WITH g AS (SELECT * FROM @) SELECT n + 1 FROM r, g WHERE g.v > 30 AND n < 3)) SELECT * FROM r
