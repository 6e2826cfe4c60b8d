# What the grammar and PostgreSQL have no room for.
# sent: simple, extended, binary

SELECT * FROM @ TABLESAMPLE SYSTEM (10)

SELECT * FROM (@)

SELECT * FROM (@) g

SELECT * FROM ONLY @

SELECT * FROM ONLY (@)

SELECT * FROM @ *

EXPLAIN (NOPE) SELECT * FROM @

EXPLAIN (FORMAT nope) SELECT * FROM @

TABLE @

SELECT * FROM datamime_generate(ALL 'mini', 't', ARRAY['k'], 'v', 3)

SELECT * FROM datamime_generate(DISTINCT 'mini', 't', ARRAY['k'], 'v', 3)

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3 ORDER BY 1)

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3) FILTER (WHERE true)

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3) OVER ()

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3) WITHIN GROUP (ORDER BY 1)

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], row_count => 3, 'v')

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', row_count => 3, row_count => 4)

SELECT * FROM "Datamime_Generate"('mini', 't', ARRAY['k'], 'v', 2)

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', DEFAULT)

SELECT * FROM @ IS NULL

SELECT * FROM @ g(a, b int)

INSERT INTO mini @

SELECT * FROM @ JOIN

SELECT * FROM @ WITH ORDINALITY ORDINALITY
