# Aggregates.
# sent: simple, extended, binary

SELECT count(*), sum(v), avg(v), min(t), max(k), stddev(v) FROM @

SELECT k, count(*), sum(v) FROM @ GROUP BY k HAVING sum(v) > 0 ORDER BY k

SELECT count(*) FILTER (WHERE v > 25), mode() WITHIN GROUP (ORDER BY k) FROM @

SELECT percentile_cont(ARRAY[0.1, 0.5]) WITHIN GROUP (ORDER BY v) FROM @

SELECT string_agg(k, ',' ORDER BY t, k), array_agg(v ORDER BY v, k) FROM @

SELECT string_agg(DISTINCT note, E'\n' ORDER BY note) FROM @

SELECT json_object_agg(k, v ORDER BY t, k), jsonb_agg(g ORDER BY t, k) FROM @ g WHERE v > 30

SELECT xmlagg(xmlelement(name x, v) ORDER BY v) FROM @ WHERE v > 30

SELECT regr_slope(v, extract(epoch FROM t)), corr(v, lot) FROM @

SELECT width_bucket(v, 0, 50, 5), count(*) FROM @ GROUP BY 1 ORDER BY 1

SELECT date_trunc('day', t) AS d, sum(lot) FROM @ GROUP BY d ORDER BY d

SELECT count(*) FROM @ WHERE 1 = 0

SELECT count(g), count(DISTINCT g), max(g.v) FROM @ g

SELECT every(v > 0), bool_or(k = 'a'), bit_and(v) FROM @

SELECT rank(25) WITHIN GROUP (ORDER BY v) FROM @

SELECT k FROM @ GROUP BY v

SELECT sum(sum(v)) FROM @
