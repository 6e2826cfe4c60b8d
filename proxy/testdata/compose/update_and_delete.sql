# UPDATE ... FROM, DELETE ... USING.
# sent: simple, extended, binary

CREATE TEMP TABLE u AS SELECT t, k, v FROM mini WHERE t < '2024-01-01 10:00'

UPDATE u SET v = g.v FROM @ g WHERE g.t = u.t AND g.k = u.k

TABLE u ORDER BY t, k

UPDATE u SET v = (SELECT max(v) FROM @) WHERE k = 'a' RETURNING t, v

UPDATE u SET (v, k) = (SELECT g.v + 1, g.k || '!' FROM @ g WHERE g.t = u.t AND g.k = u.k) WHERE k <> 'a' RETURNING t, k, v

UPDATE u SET (v, k) = (1, 'a') WHERE v IN (SELECT v FROM @)

UPDATE u SET v = g.v FROM @ g JOIN mini m USING (t, k) WHERE u.t = m.t

DELETE FROM u WHERE v IN (SELECT v FROM @) AND k = 'b!' RETURNING k

DELETE FROM u USING @ g WHERE g.t = u.t

TABLE u
