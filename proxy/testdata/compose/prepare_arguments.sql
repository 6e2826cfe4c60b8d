# EXECUTE with arguments of every kind, too few among them.
# sent: simple

PREPARE p1 (text, text, text[], text, bigint, int, text) AS SELECT k, v + $6 FROM datamime_generate($1, $2, $3, $4, $5) WHERE k = $7 ORDER BY t LIMIT $6

EXECUTE p1 ('mini', 't', '{k}', 'v', 12, 2, 'b')

EXECUTE p1 ('mini', 't', '{k}', 'v', 12, 2)

EXECUTE p1 ('mini', 't', '{k}', 'v', 'x', 2, 'b')

EXECUTE p1 ('mini', 't', ARRAY(SELECT 'k'), 'v', (SELECT 12), NULL, 'b')

EXPLAIN (COSTS OFF) EXECUTE nope

CREATE TABLE pt AS EXECUTE p1 ('mini', 't', '{k}', 'v', 12, 2, 'c')

TABLE pt

DROP TABLE pt
