# Roles, settings, locks and messages of a session.
# sent: simple, extended, binary

REVOKE CREATE ON SCHEMA public FROM PUBLIC

CREATE ROLE composer

GRANT SELECT ON mini TO composer

GRANT SELECT ON generated TO composer

SET ROLE composer

SELECT count(*), sum(v) FROM @

INSERT INTO mini SELECT * FROM @

CREATE TABLE made AS SELECT * FROM @

CREATE TEMP TABLE made AS SELECT k, v FROM @

SELECT count(*) FROM made

RESET ROLE

SELECT count(*) FROM made

BEGIN

SET LOCAL ROLE composer

SELECT count(*) FROM @

UPDATE mini SET v = 0 FROM @ g WHERE g.t = mini.t

ROLLBACK

SELECT current_user, count(*) FROM @

SET SESSION AUTHORIZATION composer

SELECT session_user, max(v) FROM @

RESET SESSION AUTHORIZATION

DROP TABLE made

CREATE TABLE guarded (LIKE mini)

ALTER TABLE guarded ENABLE ROW LEVEL SECURITY

GRANT ALL ON guarded TO composer

CREATE POLICY some ON guarded USING (k <> 'c') WITH CHECK (k = 'a')

SET ROLE composer

INSERT INTO guarded SELECT * FROM @

INSERT INTO guarded SELECT * FROM @ WHERE k = 'a'

SELECT count(*) FROM guarded

RESET ROLE

INSERT INTO guarded SELECT * FROM @

SELECT count(*) FROM guarded

DROP TABLE guarded

REVOKE ALL ON mini, generated FROM composer

DROP ROLE composer

CREATE SCHEMA "Odd.schema"

CREATE TABLE "Odd.schema"."Odd.table" AS SELECT * FROM @

SET search_path = "Odd.schema", public

SELECT count(*) FROM "Odd.table" JOIN @ USING (t, k)

INSERT INTO "Odd.table" SELECT * FROM @ LIMIT 3

SELECT count(*) FROM "Odd.schema"."Odd.table"

RESET search_path

DROP SCHEMA "Odd.schema" CASCADE

LISTEN channel

BEGIN

NOTIFY channel, 'first'

SELECT count(*) FROM @

COMMIT

SELECT pg_notify('channel', k) FROM @ LIMIT 2

UNLISTEN *

SELECT pg_advisory_lock(v) IS NULL FROM @ LIMIT 2

SELECT pg_advisory_unlock_all()

SELECT set_config('composed.' || k, max(v)::text, false) FROM @ GROUP BY k ORDER BY k

SHOW composed.a

SELECT current_setting('composed.b') = max(v)::text FROM @ WHERE k = 'b'

SET statement_timeout = '60s'

SELECT count(*) FROM @

RESET statement_timeout

SET work_mem = '64kB'

SELECT count(*) FROM @ a JOIN @ b ON a.v < b.v

SET enable_hashjoin = off

SELECT a.k, count(*) FROM @ a JOIN @ b USING (t) GROUP BY 1 ORDER BY 1

RESET ALL

SET bytea_output = 'escape'

SELECT k::bytea, decode('ff', 'hex') FROM @ LIMIT 1

SET IntervalStyle = 'iso_8601'

SELECT t - lag(t) OVER (PARTITION BY k ORDER BY t) FROM @ ORDER BY k, t LIMIT 2

SET extra_float_digits = 0

SELECT v / 7::float8 FROM @ LIMIT 2

SET TimeZone = 'Asia/Kathmandu'

SELECT t::timestamptz, t AT TIME ZONE 'Europe/Paris', extract(timezone FROM t::timestamptz) FROM @ LIMIT 1

SET lc_monetary = 'C'

SELECT lot::money FROM @ LIMIT 1

SET xmlbinary = 'hex'

SET row_security = off

SELECT count(*) FROM @

DISCARD PLANS

SELECT count(*) FROM @

DISCARD TEMP

SELECT count(*) FROM @

RESET ALL
