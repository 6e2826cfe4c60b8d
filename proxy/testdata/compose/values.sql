# VALUES.
# sent: simple, extended, binary

VALUES (1, (SELECT min(v) FROM @)), (2, (SELECT max(v) FROM @))

SELECT * FROM (VALUES (1)) a, (SELECT k, v FROM @ LIMIT 2) b, LATERAL (VALUES (b.v + 1)) c

SELECT * FROM (VALUES ((SELECT count(*) FROM @))) x(n)

VALUES (1, (SELECT v FROM @ LIMIT 1)), (2, (SELECT max(v) FROM @)) ORDER BY 2 DESC

SELECT * FROM (VALUES ((SELECT count(*) FROM @), ARRAY(SELECT v FROM @ LIMIT 3))) x(n, a), unnest(x.a) u
