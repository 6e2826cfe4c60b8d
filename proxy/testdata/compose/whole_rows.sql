# Whole rows and fields.
# sent: simple, extended, binary

SELECT row(g.*) FROM @ g LIMIT 2

SELECT g::text FROM @ g LIMIT 2

SELECT g IS NULL, g = g, g < g FROM @ g LIMIT 2

SELECT (g).v, (g).note FROM @ g LIMIT 2

SELECT g.* FROM @ g LIMIT 2

SELECT to_jsonb(g), row_to_json(g.*) FROM @ g LIMIT 2

SELECT g.to_jsonb FROM @ g LIMIT 1

SELECT (datamime_generate).v FROM @ LIMIT 1

SELECT datamime_generate.* FROM @ LIMIT 1

SELECT (datamime_generate('mini', 't', ARRAY['k'], 'v', 3)).*

SELECT num_nulls(g.*), num_nonnulls(VARIADIC ARRAY[k, note]) FROM @ g LIMIT 2

SELECT jsonb_populate_record(NULL::mini, to_jsonb(g)) = g::text::mini FROM @ g LIMIT 2

SELECT g.nope FROM @ g

SELECT g.tableoid FROM @ g

SELECT * FROM @ g WHERE ctid IS NOT NULL
