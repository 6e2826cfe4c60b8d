# sent: extended
# ADBC (and with it pandas, polars, DuckDB): every query described, then copied in binary.
SELECT oid, typname, typreceive, typbasetype, typrelid, typarray FROM pg_catalog.pg_type WHERE (typreceive != 0 OR typsend != 0) AND typtype != 'r' AND typreceive::TEXT != 'array_recv' ORDER BY oid

COPY (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 800)) TO STDOUT (FORMAT binary)

COPY (SELECT k, avg(v)::float8 AS v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 800) GROUP BY k ORDER BY k) TO STDOUT (FORMAT binary)
