# Incremental loads, cursors and settings as tools send them, several statements
# a Query among them.
# sent: simple

CREATE TABLE "Étage 1" AS SELECT * FROM @ WITH NO DATA

INSERT INTO "Étage 1" (t, k, v) SELECT t, k, v FROM @ ORDER BY t, k LIMIT 10

CREATE UNIQUE INDEX ON "Étage 1" (t, k)

INSERT INTO "Étage 1" AS dst (t, k, v) SELECT t, k, v FROM @ src ON CONFLICT (t, k) DO UPDATE SET v = excluded.v + 100 WHERE dst.v <> excluded.v + 100 RETURNING k, v

WITH src AS (SELECT t, k, v FROM @), upd AS (UPDATE "Étage 1" d SET v = s.v FROM src s WHERE (d.t, d.k) = (s.t, s.k) RETURNING d.t, d.k) INSERT INTO "Étage 1" (t, k, v) SELECT s.t, s.k, s.v FROM src s WHERE NOT EXISTS (SELECT 1 FROM upd WHERE upd.t = s.t AND upd.k = s.k)

merge into "Étage 1" as DBT_INTERNAL_DEST using (select * from @) as DBT_INTERNAL_SOURCE on (DBT_INTERNAL_SOURCE.t = DBT_INTERNAL_DEST.t and DBT_INTERNAL_SOURCE.k = DBT_INTERNAL_DEST.k) when matched then update set "v" = DBT_INTERNAL_SOURCE."v" when not matched then insert ("t", "k", "v") values (DBT_INTERNAL_SOURCE."t", "k", DBT_INTERNAL_SOURCE."v")

delete from "Étage 1" where (t, k) in (select t, k from @ where t >= (select max(t) from "Étage 1" where k = 'a'))

SELECT k, count(*), sum(v) FROM "Étage 1" GROUP BY k ORDER BY k

CREATE VIEW "Vue d'ensemble" AS SELECT date_trunc('hour', t) AS h, k, avg(v) AS m FROM "Étage 1" GROUP BY 1, 2

SELECT e.k, round(avg(e.m - g.v), 1) FROM "Vue d'ensemble" e JOIN @ g ON date_trunc('hour', g.t) = e.h AND g.k = e.k GROUP BY 1 ORDER BY 1

CREATE MATERIALIZED VIEW mv_stage AS SELECT k, max(v) AS m FROM "Étage 1" GROUP BY k

SELECT g.k, count(*) FROM @ g JOIN mv_stage s ON s.k = g.k AND g.v < s.m GROUP BY 1 ORDER BY 1

BEGIN; DECLARE "pandas_cur" NO SCROLL CURSOR WITHOUT HOLD FOR SELECT * FROM @; FETCH FORWARD 2 FROM "pandas_cur"; FETCH 1 FROM pandas_cur; MOVE 3 IN pandas_cur; FETCH NEXT FROM pandas_cur; CLOSE "pandas_cur"; COMMIT

SET TIME ZONE 'America/New_York'; SELECT t::timestamptz, k FROM @ ORDER BY t, k LIMIT 2; RESET TIME ZONE

SET datestyle TO 'German, DMY'; SELECT t, t::date FROM @ ORDER BY t, k LIMIT 1; SET datestyle TO 'ISO, MDY'

SET extra_float_digits = 0; SELECT avg(v)::float8 / 3 FROM @; SET extra_float_digits = 3; SELECT avg(v)::float8 / 3 FROM @; RESET extra_float_digits

SET statement_timeout = 60000; SELECT count(*) FROM @; SET statement_timeout = 0

SET LOCAL statement_timeout = 1; SELECT 1

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SELECT count(*) FROM @; SELECT k FROM @ LIMIT 1; COMMIT

BEGIN; SAVEPOINT "sp 1"; SELECT nope FROM @

ROLLBACK TO "sp 1"; SELECT count(*) FROM @; RELEASE "sp 1"; COMMIT

SHOW transaction_isolation; SELECT count(*) FROM @ ; ; select 'done' as "état";

PREPARE "stmt_1" (text, timestamp) AS SELECT k, count(*) FROM @ WHERE k = $1 AND t >= $2 GROUP BY k; EXECUTE "stmt_1" ('a', '2024-01-01'); EXECUTE "stmt_1" ('b', now() - interval '100 years'); DEALLOCATE PREPARE "stmt_1"

COPY (SELECT k, v, note FROM @ ORDER BY t, k LIMIT 3) TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER ';', NULL 'NA', FORCE_QUOTE (k))

COPY (SELECT k, v FROM @ ORDER BY t, k LIMIT 3) TO STDOUT CSV HEADER

copy (select * from @ limit 0) to stdout with csv header

DROP MATERIALIZED VIEW mv_stage

DROP TABLE "Étage 1" CASCADE
