# INSERT ... SELECT.
# sent: simple, extended, binary

CREATE TEMP TABLE d (t timestamp, k text, v int, note varchar(20), lot numeric(8,2), PRIMARY KEY (t, k))

INSERT INTO d SELECT * FROM @

INSERT INTO d SELECT * FROM @

INSERT INTO d SELECT * FROM @ ON CONFLICT DO NOTHING

INSERT INTO d SELECT * FROM @ ON CONFLICT (t, k) DO UPDATE SET v = excluded.v + 1000 RETURNING v

INSERT INTO d AS x (t, k, v) SELECT t + interval '1 year', k, v FROM @ RETURNING x.t, x.*

INSERT INTO d (k, t, v) SELECT k, t + interval '2 year', v FROM @ LIMIT 5

INSERT INTO d (k, t, v) VALUES ('z', '2024-01-01', (SELECT max(v) FROM @))

INSERT INTO d (t, k, v) SELECT t + interval '5 years', k, v FROM @ OFFSET 38

TABLE d ORDER BY t, k

INSERT INTO nope SELECT * FROM @

INSERT INTO d (nope) SELECT v FROM @

INSERT INTO d (v) SELECT k FROM @

INSERT INTO d SELECT *, 1 FROM @

INSERT INTO d SELECT t FROM @ WHERE v > 1000

CREATE TEMP TABLE d2 (v smallint, k varchar(1), s text, note char(3))

INSERT INTO d2 SELECT v, k, v FROM @

INSERT INTO d2 (note) SELECT note FROM @

INSERT INTO d2 (k) SELECT note FROM @

TABLE d2

CREATE TEMP TABLE d3 (v int[2])

INSERT INTO d3 (v[1]) SELECT v FROM @ LIMIT 2

TABLE d3
