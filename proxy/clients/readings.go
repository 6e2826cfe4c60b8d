package main

import "strconv"

// columns are of many types: one that each client decodes in its own way.
const columns = "t timestamptz, station text, v numeric(8,2), count integer, level double precision, since date, label varchar(20), " +
	"active boolean, tags text[], doc jsonb, state mood, raw bytea, key uuid, extra hstore, checked timestamp, pause interval"

// readings is a table of them.
const readings = `
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE TYPE mood AS ENUM ('calm', 'wild');
CREATE TABLE readings (` + columns + `);
ALTER TABLE readings ALTER t SET NOT NULL, ALTER station SET NOT NULL;
INSERT INTO readings SELECT
	'2024-01-01 00:00+00'::timestamptz + h * interval '1 hour', k,
	(20 + 8 * sin(h / 3.8) + ascii(k) % 5 + (h * 7919 % 13) / 4)::numeric(8,2),
	(h * 31 % 17)::integer, h / 7.0, '2020-02-29'::date + ascii(k), 'of "' || k || E'"\té', k = 'a',
	ARRAY[k, NULL, 'x,y'], jsonb_build_object('k', k, 'n', 1.5), CASE WHEN k = 'a' THEN 'calm' ELSE 'wild' END::mood,
	decode('00ff' || to_hex(ascii(k)), 'hex'), ('00000000-0000-4000-8000-0000000000' || to_hex(ascii(k)))::uuid,
	hstore('k', k), '2024-01-01'::timestamp + h * interval '1 hour' + interval '90 s', make_interval(mins => ascii(k))
FROM generate_series(0, 335) h, unnest(ARRAY['a', 'b', 'c']) k;
`

// made is what is generated from it, and stored a model of it.
var made = "SELECT datamime_generate('readings', 't', ARRAY['station'], 'v', " + strconv.Itoa(madeRows) + ", time_zone => 'UTC', target => 'made')"

const stored = "SELECT datamime_fit('stored', 'readings', 't', ARRAY['station'], 'v', time_zone => 'UTC')"
