# Settings that decide what a text looks like.
# sent: simple, extended, binary

SET DateStyle = 'German'

SELECT t, v FROM @ LIMIT 2

SET DateStyle = 'SQL, DMY'

SELECT * FROM @ LIMIT 2

RESET DateStyle

SET client_encoding = 'LATIN1'

SELECT k, note FROM @ LIMIT 2

RESET client_encoding

SET TimeZone = 'America/St_Johns'

SELECT t::timestamptz, t FROM @ LIMIT 2

SET search_path = pg_catalog, public

SELECT * FROM @ LIMIT 1

SET standard_conforming_strings = off

SELECT k, 'a''b' FROM @ LIMIT 1

SELECT E'a\'b', k FROM @ LIMIT 1

SET default_transaction_read_only = on

SELECT count(*) FROM @
