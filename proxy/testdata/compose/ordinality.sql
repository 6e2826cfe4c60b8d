# WITH ORDINALITY, alias and column lists.
# sent: simple, extended, binary

SELECT * FROM @ WITH ORDINALITY

SELECT * FROM @ WITH ORDINALITY AS x(a) WHERE ordinality = 3

SELECT * FROM @ WITH ORDINALITY AS x(a, b, c, d, e, n) WHERE n BETWEEN 3 AND 5

SELECT * FROM @ WITH ORDINALITY AS x(a, b, c, d, e, n, o)

SELECT ordinality, v FROM @ WITH ORDINALITY LIMIT 3

SELECT x.ordinality FROM @ WITH ORDINALITY x OFFSET 35

SELECT g.* FROM @ WITH /* c */ ORDINALITY g LIMIT 2

SELECT g FROM (SELECT k, ordinality FROM @ WITH ORDINALITY) g LIMIT 2

SELECT max(ordinality) FROM @ WITH ORDINALITY

SELECT * FROM @ AS g(t) ORDER BY g.t, k LIMIT 1

SELECT * FROM @ AS x(a, b, c, d, e, f)

SELECT a, "Note" FROM @ AS x(a, b, c, "Note") WHERE x.c > 25 LIMIT 2
