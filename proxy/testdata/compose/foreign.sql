# Foreign tables, of the same server.
# sent: simple, extended, binary

CREATE EXTENSION postgres_fdw

DO $$BEGIN EXECUTE format('CREATE SERVER itself FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)', current_setting('port'), current_database()); END$$

CREATE USER MAPPING FOR CURRENT_USER SERVER itself OPTIONS (user 'postgres')

CREATE TABLE far (t timestamp, k text, v int CHECK (v > 0), id int GENERATED ALWAYS AS IDENTITY)

CREATE FOREIGN TABLE near (t timestamp, k text, v int) SERVER itself OPTIONS (table_name 'far')

CREATE FOREIGN TABLE near_mini (t timestamp, k text, v int) SERVER itself OPTIONS (table_name 'mini')

INSERT INTO near SELECT t, k, v FROM @

INSERT INTO near SELECT t, k, v FROM @ LIMIT 2 RETURNING k, v

SELECT k, count(*), sum(v), min(id) FROM far GROUP BY 1 ORDER BY 1

INSERT INTO near SELECT t, k, -v FROM @

BEGIN

INSERT INTO near (v) SELECT v FROM @

ROLLBACK

SELECT count(*) FROM near

UPDATE near SET v = g.v + 100 FROM @ g WHERE g.t = near.t AND g.k = near.k

DELETE FROM near USING @ g WHERE near.k = 'a' AND g.t = near.t RETURNING near.k, near.v

SELECT k, count(*), sum(v) FROM near GROUP BY 1 ORDER BY 1

MERGE INTO near USING @ g ON near.t = g.t WHEN MATCHED THEN DELETE

SELECT n.k, count(*) FROM near_mini n JOIN @ g USING (t, k) GROUP BY 1 ORDER BY 1

SELECT * FROM datamime_generate('(SELECT *, NULL::varchar(20) AS note, 0::numeric(8,2) AS lot FROM near_mini)', 't', ARRAY['k'], 'v', 0)

CREATE TABLE mixed (t timestamp, k text, v int) PARTITION BY LIST (k)

ALTER TABLE mixed ATTACH PARTITION near FOR VALUES IN ('a', 'b')

CREATE TABLE mixed_rest PARTITION OF mixed DEFAULT

INSERT INTO mixed SELECT t, k, v FROM @

SELECT tableoid::regclass::text, count(*) FROM mixed GROUP BY 1 ORDER BY 1

COPY (SELECT n.k, g.v FROM near_mini n JOIN @ g USING (t, k) ORDER BY t, k LIMIT 3) TO STDOUT

TRUNCATE near

INSERT INTO near_mini SELECT t, k, v, 1 FROM @

DROP TABLE mixed, far

DROP EXTENSION postgres_fdw CASCADE
