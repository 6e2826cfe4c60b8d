# UPDATE ... FROM and DELETE ... USING of partitions, views and generated columns.
# sent: simple, extended, binary

CREATE TEMP TABLE up (t timestamp, k text, v int, twice int GENERATED ALWAYS AS (v * 2) STORED) PARTITION BY LIST (k)

CREATE TEMP TABLE up_a PARTITION OF up FOR VALUES IN ('a')

CREATE TEMP TABLE up_rest PARTITION OF up DEFAULT

INSERT INTO up (t, k, v) SELECT t, k, v FROM @

UPDATE up SET k = 'a', v = -g.v FROM @ g WHERE g.t = up.t AND g.k = up.k AND g.k = 'b' RETURNING up.*, g.note

SELECT tableoid::regclass::text, count(*), sum(twice) FROM up GROUP BY 1 ORDER BY 1

UPDATE up SET v = g.v FROM @ AS g(a, b, c) WHERE g.a = up.t

UPDATE up SET v = s.n FROM (SELECT k, count(*) AS n FROM @ GROUP BY k) s WHERE s.k = up.k AND up.v > 0 RETURNING up.k, up.v

UPDATE up SET v = s.m FROM mini, LATERAL (SELECT max(g.v) AS m FROM @ g WHERE g.k = mini.k) s WHERE mini.t = up.t AND mini.k = up.k

UPDATE up AS u SET v = DEFAULT FROM @ g WHERE g.t = u.t AND g.k = u.k AND g.v > 30 RETURNING (SELECT count(*) FROM @)

UPDATE up SET twice = g.v FROM @ g

UPDATE up SET nope = g.v FROM @ g

UPDATE up SET v = g.nope FROM @ g

UPDATE up SET v = g.k FROM @ g

UPDATE @ SET v = 1

DELETE FROM @

INSERT INTO @ SELECT 1

CREATE TEMP VIEW up_view AS SELECT t, k, v FROM up WHERE k = 'a' WITH LOCAL CHECK OPTION

UPDATE up_view SET v = g.v + 1 FROM @ g WHERE g.t = up_view.t AND g.k = up_view.k

UPDATE up_view SET k = 'c' FROM @ g WHERE g.t = up_view.t

DELETE FROM up_view u USING @ g, mini m WHERE g.t = u.t AND m.t = g.t AND m.k = 'a' AND g.k = 'a'

WITH d AS (DELETE FROM up USING @ g WHERE g.t = up.t AND up.k = 'a' RETURNING up.v) UPDATE up SET v = (SELECT count(*) FROM d) FROM @ g WHERE g.k = up.k AND g.t = up.t

DELETE FROM ONLY up USING @ g

DELETE FROM up USING @ g WHERE up.v = g.v AND g.v = (SELECT min(v) FROM @ WHERE k = g.k) RETURNING g.*

SELECT k, count(*), sum(v) FROM up GROUP BY 1 ORDER BY 1

CREATE FUNCTION pg_temp.gone() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'kept % rows', (SELECT count(*) FROM old_rows); END$$

CREATE TRIGGER kept AFTER DELETE ON up_rest REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.gone()

DELETE FROM up_rest USING @ g WHERE g.t = up_rest.t

CREATE TEMP VIEW joined AS SELECT a.t, a.k, a.v FROM up a JOIN mini USING (t, k)

CREATE FUNCTION pg_temp.instead() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE up SET v = NEW.v WHERE t = OLD.t AND k = OLD.k; RETURN NEW; END$$

CREATE TRIGGER i INSTEAD OF UPDATE ON joined FOR EACH ROW EXECUTE FUNCTION pg_temp.instead()

UPDATE joined SET v = 77 FROM @ g WHERE g.t = joined.t AND g.k = joined.k RETURNING joined.v

INSERT INTO joined SELECT t, k, v FROM @

SELECT k, count(*), sum(v) FROM up GROUP BY 1 ORDER BY 1
