# Names: aliases that hide, odd ones, our own among them.
# sent: simple, extended, binary

SELECT mini.v FROM @ AS mini LIMIT 2

SELECT datamime_generate.v, datamime_generate FROM @ AS x(a, b, datamime_generate) , (SELECT 1 AS v) AS datamime_generate LIMIT 1

SELECT x.datamime_generate FROM @ AS x(a, b, datamime_generate) LIMIT 2

SELECT "datamime_generate"."k" FROM @ LIMIT 1

SELECT DATAMIME_GENERATE.K FROM @ LIMIT 1

SELECT g.v FROM @ datamime_generate, @ g LIMIT 1

SELECT * FROM @, @

SELECT * FROM @ JOIN @ USING (t)

SELECT v FROM @ AS "Größe ""x"" $1" WHERE "Größe ""x"" $1"."k" = 'a' LIMIT 2

SELECT U&"\0067".v FROM @ AS g LIMIT 1

SELECT "select"."from" FROM @ AS "select"("from", "where") LIMIT 1

SELECT é.ß FROM @ AS é(ß) LIMIT 1

SELECT "ünïcode 表".v AS "列" FROM @ AS "ünïcode 表" ORDER BY "列" LIMIT 1

SELECT a.v FROM @ a WHERE EXISTS (SELECT FROM @ a WHERE a.v > 1000) OR a.v > 29

SELECT (SELECT a.v FROM (SELECT 1 AS v) a) FROM @ a LIMIT 1

SELECT a.v, b.v FROM @ a, LATERAL (SELECT a.v + 1 AS v) b, LATERAL (SELECT b.v FROM @ c WHERE c.v = b.v LIMIT 1) d ORDER BY a.t, a.k LIMIT 3

WITH mini AS (SELECT k, v FROM @) SELECT count(*) FROM mini

WITH g AS (SELECT 1 AS v) SELECT g.v, h.v FROM g, @ h LIMIT 1

SELECT g.c1, g.c2 FROM @ AS g(c1, c2, c3, c4, c5) LIMIT 1

SELECT o, ordinality FROM @ WITH ORDINALITY AS g(o) LIMIT 1

SELECT g.ctid FROM @ g

SELECT g.xmin FROM @ g

SELECT public.g.v FROM @ g

SELECT g.* IS NOT NULL, (g.*) = (g.*) FROM @ g LIMIT 1

SELECT (g.*)::text FROM @ g LIMIT 1

SELECT x FROM (SELECT g.*::text AS x FROM @ g) y LIMIT 1

SELECT j.g FROM (@ g CROSS JOIN (SELECT 1 AS one) o) AS j

SELECT j.one, j.v FROM (@ g CROSS JOIN (SELECT 1 AS one) o) AS j LIMIT 1

SELECT g.v FROM (@ g CROSS JOIN (SELECT 1 AS one) o) AS j LIMIT 1

SELECT t.t, t.k FROM @ t WHERE t.t = t.t LIMIT 1

SELECT k k, k AS "K", K FROM @ AS "T" ORDER BY "T".t LIMIT 1

SELECT "V" FROM @

SELECT g."v", g.v::text COLLATE "C" FROM @ g ORDER BY 2 DESC, g.t LIMIT 2

SELECT * FROM @ AS g(a, a) LIMIT 1

SELECT a FROM @ AS g(a, a) LIMIT 1

SELECT 1 AS "datamime_generate(", v FROM @ LIMIT 1

SELECT v FROM @ g /* datamime_generate( */ WHERE /* ) */ g.k /**/ = /* ' */ 'a' -- '(
LIMIT 1

SELECT $tag$)$tag$, E'\'(', '''(', "v" FROM @ LIMIT 1
