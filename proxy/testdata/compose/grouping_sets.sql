# GROUPING SETS, ROLLUP, CUBE.
# sent: simple, extended, binary

SELECT k, sum(v), grouping(k) FROM @ GROUP BY GROUPING SETS ((k), ()) ORDER BY 1

SELECT k, sum(v), grouping(k) FROM @ GROUP BY ROLLUP (k) ORDER BY 1

SELECT k, note, sum(v) FROM @ GROUP BY CUBE (k, note) ORDER BY 1, 2, 3

SELECT k, t::date, count(*) FROM @ GROUP BY DISTINCT ROLLUP (k, t::date), ROLLUP (k) ORDER BY 1, 2

SELECT v FROM @ GROUP BY GROUPING SETS ((v), (), (v)) ORDER BY v

SELECT k, grouping(k) AS g, count(*) FILTER (WHERE v > 24), sum(v) FILTER (WHERE k <> 'b'), grouping(t::date, k) FROM @ GROUP BY GROUPING SETS ((t::date, k), (k), ()) ORDER BY 1, 2, 3, 4, 5

SELECT k, count(*) FROM @ GROUP BY DISTINCT ROLLUP (k, v), ROLLUP (k) ORDER BY 1, 2 LIMIT 5
