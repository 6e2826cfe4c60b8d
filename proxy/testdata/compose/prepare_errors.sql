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
