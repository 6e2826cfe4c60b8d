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

SET escape_string_warning = off

SELECT 'a\\b\'c', 'd', 'e\t', k FROM @ LIMIT 1

SELECT 'a'
'\\b', 'c' "name", k FROM @ LIMIT 1

SELECT 'a'
'\\b' -- and so on
'\'c''d', E'e'
'\'f', k FROM @ LIMIT 1

SELECT'a\'b', k FROM @ WHERE k NOT LIKE'\\%'AND'\t'<> k LIMIT 1

SELECT '\\', nothing FROM @ LIMIT 1

SELECT'\\', k, nothing FROM @

SELECT count(*) FROM datamime_generate('m\x69n\151', 't', '{k}', 'v', 40)

PREPARE escaped (text) AS SELECT '\'' || $1, k, '\\' FROM @ LIMIT 1

EXECUTE escaped ('\'')

EXECUTE escaped ('\'', nothing)

PREPARE wrong (text) AS SELECT '\'' || $1, k, '\\' || nothing FROM @ LIMIT 1

SET standard_conforming_strings = on

EXECUTE escaped ('\')

SET default_transaction_read_only = on

SELECT count(*) FROM @
