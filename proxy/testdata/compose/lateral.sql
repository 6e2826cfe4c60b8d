# LATERAL, implicit or not.
# sent: simple, extended, binary

SELECT g.k, x.d FROM @ g CROSS JOIN LATERAL (SELECT g.v * 2 AS d) x LIMIT 3

SELECT g.k, u FROM @ g, unnest(ARRAY[g.v, -g.v]) u LIMIT 4

SELECT v.x, s.n FROM (VALUES (24), (30)) AS v(x), LATERAL (SELECT count(*) AS n FROM @ g WHERE g.v > v.x) s ORDER BY 1

SELECT v.x, g.v FROM (VALUES (1), (2)) AS v(x), LATERAL @ g ORDER BY 1, t, k LIMIT 3

SELECT v.x, s.v FROM (VALUES ('a'), ('b')) AS v(x) LEFT JOIN LATERAL (SELECT * FROM @ g WHERE g.k = v.x ORDER BY t LIMIT 2) s ON true ORDER BY 1, t

SELECT m.k, s.n FROM (SELECT DISTINCT k FROM mini) m, LATERAL (SELECT sum(v) AS n FROM @ g WHERE g.k = m.k HAVING count(*) > 2) s ORDER BY 1

SELECT a.t, s.n, b.v, u FROM @ a, LATERAL generate_series(1, a.v % 3) s(n), LATERAL (SELECT g.v FROM @ g WHERE g.t = a.t AND g.k <> a.k ORDER BY g.k LIMIT 1) b, LATERAL unnest(ARRAY[a.v, b.v]) WITH ORDINALITY u ORDER BY 1, 2, 3, 4 LIMIT 9

SELECT * FROM LATERAL @ g LIMIT 1

SELECT * FROM LATERAL ROWS FROM (@) WITH ORDINALITY LIMIT 1
