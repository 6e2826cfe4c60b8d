# ROWS FROM.
# sent: simple, extended, binary

SELECT * FROM ROWS FROM (@)

SELECT * FROM ROWS FROM (@) AS g LIMIT 3

SELECT * FROM ROWS FROM (@) WITH ORDINALITY AS g ORDER BY ordinality DESC LIMIT 3

SELECT * FROM ROWS FROM (@, generate_series(1, 45)) AS g

SELECT * FROM ROWS FROM (generate_series(1, 3), @) WITH ORDINALITY AS g(a, b, c) ORDER BY ordinality DESC LIMIT 5

SELECT * FROM ROWS FROM (@, datamime_generate('mini', 't', ARRAY['k'], 'v', 5)) AS g

SELECT * FROM ROWS FROM (@, unnest(ARRAY[1, 2], ARRAY['x', 'y)'])) AS g(a, b, c, d, e, x, y)

SELECT generate_series, v FROM ROWS FROM (generate_series(1, 3), @) LIMIT 4

SELECT n, v FROM ROWS FROM (@, json_to_recordset('[{"n":1},{"n":2}]') AS (n int)) g LIMIT 3

SELECT * FROM ROWS FROM (@, nope(1)) g

SELECT * FROM ROWS FROM (@, unnest(ARRAY['x', 'y'], ARRAY[1, 2, 3])) WITH ORDINALITY AS z(a, b, c, d, e, f, g, o) WHERE o <= 4 OR o > 39
