# sent: extended rows=200
# What Metabase, Redash, Looker and object mappers bind: filters, pages and windows as parameters.
SELECT "source"."t" AS "t", "source"."k" AS "k", "source"."v" AS "v" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) AS "source" WHERE "source"."k" = $1 LIMIT 2000
bound: "b"

SELECT "source"."k" AS "k", AVG("source"."v") AS "avg" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) AS "source" WHERE ("source"."t" >= CAST($1 AS timestamp)) AND ("source"."t" < CAST($2 AS timestamp)) GROUP BY "source"."k" ORDER BY "source"."k" ASC
bound: "2024-01-02" "2024-01-05"

SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) AS "source" WHERE (LOWER("source"."note") LIKE $1) AND ("source"."v" <> $2 OR "source"."v" IS NULL) ORDER BY "source"."t", "source"."k" LIMIT $3 OFFSET $4
bound: "%c%" "24" "40" "10"

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1) AS anon_1 WHERE anon_1.k = ANY ($2::text[]) ORDER BY anon_1.t, anon_1.k LIMIT $3
bound: "700" "{a,c}" "450"

SELECT count(*) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1) WHERE v > $2 AND note = $3
bound: "90" "20" "of a"

SELECT EXISTS (SELECT 1 AS one FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) subquery WHERE subquery.v > $1 LIMIT $2)
bound: "10" "1"

WITH g AS (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) SELECT DATE_TRUNC($1, g.t) AS d, SUM(g.v) FROM g GROUP BY 1 ORDER BY 1
bound: "day"

SELECT k, v FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) x WHERE x.v = $1
bound: "not a number"

SELECT k, v FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) x WHERE x.k = $1 AND x.k = $2
bound: "a"
