package sqlfuncs

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"
)

// sources are the tables that the tests read. mesures: six series of four
// weeks of hours with a daily rhythm, attributes that are constant within a
// series, that move along with the time, that follow the calendar, that are
// unique, and that vary.
const sources = `
CREATE TYPE sky AS ENUM ('rain', 'clear', 'fog');
CREATE TABLE mesures AS
SELECT h AS date_debut, h + interval '1 hour' AS date_fin, s AS station, p AS polluant,
	'Commune ' || s AS commune, (20 + 10 * k + 10 * sin(extract(epoch FROM h) / 86400 * 2 * pi()) +
	3 * sin(k + extract(epoch FROM h) / 7100))::int AS valeur
FROM generate_series(timestamp '2022-06-01', '2022-06-28 23:00', '1 hour') h,
	(VALUES ('SRC', 'O3', 1), ('SRC', 'NO2', 2), ('CAU', 'O3', 3), ('CAU', NULL, 4), ('HRI', 'NO2', 5), ('HRI', 'SO2', 0)) AS l(s, p, k)
ORDER BY s, p, h;
COMMENT ON COLUMN mesures.valeur IS 'in µg/m3';
ALTER TABLE mesures ALTER date_debut SET NOT NULL;

CREATE TABLE sales (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date NOT NULL, shop uuid NOT NULL,
	amount numeric(10,2), price numeric, items smallint DEFAULT 1, share real, total money,
	status text NOT NULL DEFAULT 'open', weather sky, tags text[], detail jsonb, year int, weekday text, token uuid,
	twice int GENERATED ALWAYS AS (items * 2) STORED);
INSERT INTO sales (day, shop, amount, price, items, share, total, status, weather, tags, detail, year, weekday, token)
SELECT d::date, ('00000000-0000-4000-8000-00000000000' || k)::uuid, round((100 * k + 10 * sin(n / 3.0))::numeric, 2), (k + n % 7 / 4.0)::numeric(8,3),
	5 + n % 7, 0.25 * (n % 4), (10 * k + n % 5)::money,
	CASE n * 7 % 5 WHEN 0 THEN 'closed' ELSE 'open' END, (ARRAY['rain', 'clear', 'fog'])[n * n % 3 + 1]::sky,
	ARRAY['a', 'b ' || n % 2], jsonb_build_object('n', n % 3), extract(year FROM d), trim(to_char(d, 'Day')), gen_random_uuid()
FROM generate_series(date '2023-11-01', '2024-02-28', '1 day') WITH ORDINALITY AS g(d, n), generate_series(1, 2) k;

CREATE TABLE meteo AS
SELECT t, s AS station, round((15 + 5 * sin(extract(epoch FROM t) / 86400 * 2 * pi()) + k)::numeric, 1)::float8 AS temp,
	CASE WHEN extract(hour FROM t) <> 3 THEN (k + random())::float4 END AS wind
FROM generate_series(timestamptz '2024-03-20 00:00+00', '2024-04-10', '30 minutes') t, (VALUES ('A', 1), ('B', 2)) AS l(s, k);

CREATE TABLE tiny (t timestamp, v int);
INSERT INTO tiny VALUES ('2024-01-01', 1), ('2024-01-02', 2), ('2024-01-03', 4);
CREATE TABLE empty (t timestamp, v int);
CREATE TABLE words (t text, v text, n int, "Mixed" timestamp, at timestamp);
CREATE VIEW mesures_view AS SELECT * FROM mesures;
`

func createSources(ctx context.Context) error {
	conn, err := pgconn.Connect(ctx, serverURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Exec(ctx, sources).Close()
}
