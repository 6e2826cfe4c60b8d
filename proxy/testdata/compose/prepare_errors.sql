# EXECUTE with the wrong arguments. In the extended protocol ours fails at its
# Parse, the server's at its Execute.
# sent: simple

PREPARE q (int, text) AS SELECT t, v FROM @ g WHERE v > $1 AND k = $2

EXECUTE q (20)

EXECUTE q ('x', 'a')

EXECUTE q (1, nope)

EXECUTE q (1, 'é' || nope(2))

EXECUTE nope (1)

PREPARE q AS SELECT 1

PREPARE r (int, timestamp) AS SELECT count(*) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1::bigint) g WHERE t < $2

EXECUTE r (1, false)

EXECUTE r (1, point(1, 2))

EXECUTE r (interval '1 day', now()::timestamp)

EXECUTE r (1, '2024-01-01', 3)

EXECUTE r (1, 'yesterday or so')

EXECUTE r (1 / 0, now()::timestamp)

EXECUTE q (true, 'a')

EXECUTE q ('20'::text, 'a')

EXECUTE q ((SELECT 20), 'a')

EXECUTE q (count(1), 'a')

EXECUTE q (generate_series(20, 21), 'a')

EXECUTE q (row_number() OVER (), 'a')

EXECUTE q (10000000000, 'a')

EXECUTE q ($1, 'a')

EXECUTE q (x, 'a')

EXECUTE q (DEFAULT, 'a')

EXECUTE q (*)

EXECUTE q (1; 2)

EXECUTE q (29.5, 'a'::varchar(1)) -- behind

EXECUTE q (29::bigint -- within
  , 'a' /* the last */)

EXECUTE q (NULL, NULL)

BEGIN

EXECUTE q (false, 'a')

EXECUTE q (29, 'a')

ROLLBACK

EXECUTE q (29, 'a')
