# DO blocks and functions that name ours: the server has them.
# sent: simple, extended, binary

SET standin."on" = 1

DO $$BEGIN PERFORM * FROM @; END$$

CREATE FUNCTION pg_temp.f() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM @$$

SELECT pg_temp.f()

CREATE FUNCTION pg_temp.g(n int) RETURNS SETOF int LANGUAGE plpgsql AS $$BEGIN RETURN QUERY SELECT v FROM @ LIMIT n; END$$

SELECT * FROM pg_temp.g(2)

SELECT g, f.v FROM pg_temp.g(2) g, @ f LIMIT 2
