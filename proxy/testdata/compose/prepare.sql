# PREPARE and EXECUTE.
# sent: simple, extended, binary

PREPARE p AS SELECT * FROM @

EXECUTE p

PREPARE p AS SELECT 1

PREPARE q (int, text) AS SELECT t, v FROM @ g WHERE v > $1 AND k = $2

EXECUTE q (20, 'a')

EXECUTE q (1 + 20, 'a' || '')

PREPARE r AS SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1)

EXECUTE r (3)

EXECUTE r ('5')

PREPARE r2 (bigint) AS SELECT count(*) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1) g WHERE v > $2

EXECUTE r2 (9, 20)

CREATE TEMP TABLE e AS EXECUTE r (4)

TABLE e

PREPARE i (int) AS INSERT INTO e SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1) RETURNING v

EXECUTE i (2)

SELECT name FROM pg_prepared_statements WHERE name IN ('p', 'q', 'r') ORDER BY 1

DEALLOCATE p

EXECUTE p

DEALLOCATE ALL

EXECUTE q (1, 'a')

PREPARE z AS SELECT count(*) FROM @

DISCARD ALL

EXECUTE z
