"""Calls datamime's functions through psycopg 3: text and binary, cursors of
the client and of the server, prepared statements, pipelines, COPY, streams."""

import re
import threading

import psycopg
from psycopg import errors

import cases


def placeholders(sql):
    return re.sub(r"\$\d+", "%s", sql.replace("%", "%%"))


def shape(cursor):
    return [(d.name, d.type_code, d.type_display) for d in cursor.description or []]


def client_side(binary, prepare=None):
    def way(conn, sql, params):
        with conn.cursor(binary=binary) as cur:
            cur.execute(placeholders(sql), params, prepare=prepare)
            return shape(cur), cur.fetchall()
    return way


def simple(conn, sql, params):
    with psycopg.ClientCursor(conn) as cur:
        cur.execute(placeholders(sql), params)
        return shape(cur), cur.fetchall()


def repeated(conn, sql, params):
    """Ten times: from the sixth on psycopg has it prepared."""
    return [client_side(True)(conn, sql, params) for _ in range(10)][-1]


def server_side(binary, **options):
    def way(conn, sql, params):
        with conn.transaction(), conn.cursor("named", binary=binary, **options) as cur:
            cur.itersize = 37
            cur.execute(placeholders(sql), params)
            described = shape(cur)
            if not options.get("scrollable"):
                return described, list(cur)
            first = cur.fetchmany(3)
            cur.scroll(0, mode="absolute")
            return described, first, cur.fetchall()
    return way


def pipeline(conn, sql, params):
    """The statement among others whose results are all still to come."""
    with conn.pipeline(), conn.cursor() as a, conn.cursor(binary=True) as b, conn.cursor() as c:
        a.execute("SELECT 1 AS before")
        b.execute(placeholders(sql), params)
        c.execute(placeholders(sql), params)
        return a.fetchall(), b.fetchall(), shape(b), c.fetchall()


def stream(conn, sql, params):
    with conn.cursor() as cur:
        return list(cur.stream(placeholders(sql), params))


def copy(form):
    def way(conn, sql, params):
        with conn.cursor() as cur, cur.copy(f"COPY ({cases.literal(sql, params)}) TO STDOUT (FORMAT {form})") as data:
            return b"".join(bytes(block) for block in data)
    return way


WAYS = {
    "text": client_side(False), "binary": client_side(True), "simple": simple,
    "prepared": client_side(False, prepare=True), "not prepared": client_side(True, prepare=False),
    "repeated": repeated, "server-side": server_side(False), "server-side, binary": server_side(True),
    "server-side, scrollable": server_side(True, scrollable=True),
    "server-side, with hold": server_side(False, withhold=True),
    "pipeline": pipeline, "stream": stream, "copy": copy("text"), "copy, binary": copy("binary"),
}


def changes(conn, way, chosen):
    def play(case, sql):
        look = "filled2" if "filled2" in sql else "readings" if sql.startswith("UPDATE") else "filled"
        with conn.transaction(force_rollback=True), conn.cursor(binary=True) as cur:
            cur.execute("CREATE TEMPORARY TABLE filled (LIKE made)")
            if way == "pipeline":
                with conn.pipeline():
                    cur.execute(placeholders(sql), case.params)
                    cur.fetchall() if cur.description else None
            else:
                cur.execute(placeholders(sql), case.params)
            count = cur.rowcount
            return count, cur.execute(f"SELECT * FROM {look} ORDER BY t, station").fetchall()
    for c in chosen:
        cases.compare(f"change, {way}, {c.name}", play(c, c.table), play(c, c.ours))


def many(conn):
    """executemany, which psycopg runs in a pipeline, with results."""
    def play(sql):
        with conn.transaction(force_rollback=True), conn.cursor() as cur:
            cur.execute("CREATE TEMPORARY TABLE filled (LIKE made)")
            cur.executemany(placeholders(sql), [(3,), (7,), (0,), (40,)], returning=True)
            got = [cur.fetchall()]
            while cur.nextset():
                got.append(cur.fetchall())
            return got
    statement = "INSERT INTO filled SELECT * FROM {} AS g RETURNING t, station, v"
    cases.compare("executemany", play(statement.format("(SELECT * FROM made ORDER BY t, station LIMIT $1)")),
                  play(statement.format("datamime_generate('readings', 't', ARRAY['station'], 'v', $1::bigint, time_zone => 'UTC')")))


def by_parameters(conn):
    """The source, the columns and the number of rows as parameters."""
    table = "SELECT * FROM (SELECT * FROM made ORDER BY t, station LIMIT %s) g WHERE station <> %s"
    call = ("SELECT * FROM datamime_generate(%s::text, %s::text, %s::text[], %s::text, %s, time_zone => 'UTC') AS g"
            " WHERE station <> %s")
    for form in "text", "binary":
        def play(sql, *values):
            with conn.cursor(binary=form == "binary") as cur:
                cur.execute(sql.replace("%s", "%b") if form == "binary" else sql, values)
                return shape(cur), cur.fetchall()
        for i in range(8):  # from the sixth on psycopg has it prepared
            cases.compare(f"by parameters, {form}, {i + 1}",
                          play(table, 30, "b"), play(call, "readings", "t", ["station"], "v", 30, "b"))


def failure(conn, case, way):
    try:
        WAYS[way](conn, case.ours, [])
        code = "none"
    except psycopg.Error as err:
        code = err.sqlstate
    alive = conn.execute("SELECT 'alive'").fetchone()[0]
    cases.compare(f"failure, {way}, {case.name}", (case.table, "alive"), (code, alive))


LONG = "SELECT count(*) FROM datamime_generate('readings', 't', ARRAY['station'], 'v', 200000000)"


def cancelled(conn):
    timer = threading.Timer(0.5, conn.cancel)
    timer.start()
    try:
        conn.execute(LONG)
        code = "none"
    except errors.QueryCanceled as err:
        code = err.sqlstate
    timer.join()
    cases.compare("cancelled", ("57014", 1), (code, conn.execute("SELECT 1").fetchone()[0]))


def main():
    every = cases.read()
    with psycopg.connect(autocommit=True) as conn:
        for way, play in WAYS.items():
            for c in every:
                if c.kind == "query":
                    cases.compare(f"{way}, {c.name}", play(conn, c.table, c.params), play(conn, c.ours, c.params))
        chosen = [c for c in every if c.kind == "change"]
        changes(conn, "plain", chosen)
        changes(conn, "pipeline", chosen)
        many(conn)
        by_parameters(conn)
        for c in every:
            if c.kind == "failure":
                for way in "text", "simple", "server-side", "pipeline", "prepared":
                    failure(conn, c, way)
        cancelled(conn)
    print("end")


main()
