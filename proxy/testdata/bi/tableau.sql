# sent: simple
# Tableau, by ODBC: cursors with hold, temporary tables, its tries at what the server can do.
SET DateStyle = 'ISO';SET extra_float_digits = 2;SET intervalstyle = 'postgres';show transaction_isolation

BEGIN;declare "SQL_CUR0x1" cursor with hold for SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3000)) "TableauSQL" LIMIT 0;fetch 2048 in "SQL_CUR0x1"

close "SQL_CUR0x1"

COMMIT

SELECT "Custom SQL Query"."k" AS "k", SUM("Custom SQL Query"."v") AS "sum:v:ok", (CAST(DATE_TRUNC('DAY', CAST("Custom SQL Query"."t" AS DATE)) AS DATE) + CAST(0 AS INTEGER)) AS "tdy:t:ok" FROM (
  SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 300)
) "Custom SQL Query" GROUP BY 1, 3 ORDER BY 1, 3

BEGIN

declare "SQL_CUR0x2" cursor with hold for SELECT "g"."t" AS "t", "g"."v" AS "v" FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3000) "g"

fetch 2048 in "SQL_CUR0x2"

fetch 2048 in "SQL_CUR0x2"

COMMIT

fetch 2048 in "SQL_CUR0x2"

close "SQL_CUR0x2"

CREATE LOCAL TEMPORARY TABLE "#Tableau_1_1_Connect" ( "COL" INTEGER ) ON COMMIT PRESERVE ROWS

DROP TABLE "#Tableau_1_1_Connect"

SELECT "g"."k" AS "k", MIN("g"."v") AS "X" INTO TEMPORARY TABLE "#Tableau_1_2_Filter" FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 90) "g" GROUP BY 1

SELECT "t0"."k", "t0"."X", COUNT("g"."v") FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 90) "g" INNER JOIN "#Tableau_1_2_Filter" "t0" ON "g"."k" = "t0"."k" GROUP BY 1, 2 ORDER BY 1

DROP TABLE "#Tableau_1_2_Filter"
