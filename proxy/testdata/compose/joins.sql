# Joins of several calls and tables.
# sent: simple, extended, binary

SELECT * FROM @ a JOIN @ b USING (t, k) ORDER BY t, k

SELECT * FROM @ a FULL JOIN @ b ON a.t = b.t AND a.k = b.k AND b.v > 25 ORDER BY a.t, a.k, b.t, b.k

SELECT * FROM @ a LEFT JOIN mini USING (t, k) ORDER BY t, k LIMIT 3

SELECT * FROM mini m RIGHT JOIN @ g ON m.t = g.t AND m.k = g.k ORDER BY g.t, g.k

SELECT a.t, a.v, b.v FROM @ a NATURAL JOIN (SELECT t, k, v + 0 AS v FROM mini) b ORDER BY 1, 2

SELECT count(*) FROM @ a, @ b, @ c WHERE a.v = b.v AND b.v = c.v

SELECT count(*) FROM @ a CROSS JOIN mini

SELECT j.v FROM (@ a JOIN (SELECT t, k FROM mini) b USING (t, k)) AS j ORDER BY j.t, j.k LIMIT 2

SELECT u.t, u.k, b.v FROM @ a JOIN mini b USING (t, k) AS u ORDER BY u.t, u.k LIMIT 2

SELECT a.k, m.note FROM mini m JOIN (@ a LEFT JOIN @ b ON a.v = b.v - 1 AND a.k = b.k) ON m.t = a.t AND m.k = a.k ORDER BY a.t, a.k, m.note

SELECT * FROM @ g JOIN (VALUES ('a', 1), ('c', 3)) AS l(k, n) USING (k) ORDER BY t, k

SELECT * FROM JSON_TABLE('[1, 2]', '$[*]' COLUMNS (a int PATH '$')) j, @ g ORDER BY a, t, k LIMIT 4

SELECT * FROM XMLTABLE('/r/i' PASSING '<r><i>1</i></r>' COLUMNS n int PATH '.') x, @ g LIMIT 2

SELECT count(*) FROM @ NATURAL JOIN @

SELECT * FROM @ a NATURAL FULL JOIN @ b ORDER BY t, k LIMIT 2

SELECT t, k, a.v, b.v, c.v FROM @ a LEFT JOIN @ b USING (t, k) RIGHT JOIN mini c USING (t, k) WHERE c.t < '2024-01-01 02:00' ORDER BY t, k

SELECT k, x.k FROM @ a JOIN mini USING (t, k) AS x WHERE x.t = '2024-01-01' ORDER BY 1

SELECT x.v FROM @ a JOIN mini USING (t, k) AS x

SELECT count(*), sum(a.v - b.v) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 9) a CROSS JOIN datamime_generate('mini', 't', ARRAY['k'], 'v', 7) b
