"""Calls datamime's functions through asyncpg: everything binary, prepared
statements that are described first, cursors, COPY, executemany, timeouts."""

import asyncio
import io

import asyncpg

import cases


def plain(rows):
    return [list(r.items()) for r in rows]


async def fetch(conn, sql, params):
    return plain(await conn.fetch(sql, *params))


async def prepared(conn, sql, params):
    statement = await conn.prepare(sql)
    shape = [(a.name, a.type) for a in statement.get_attributes()]
    inputs = [t.name for t in statement.get_parameters()]
    return shape, inputs, [plain(await statement.fetch(*params)) for _ in range(3)]


async def limited(conn, sql, params):
    """One row asked of a portal that has more."""
    return await conn.fetchrow(sql, *params), await conn.fetchval(sql, *params, column=0)


async def iterated(conn, sql, params):
    async with conn.transaction():
        return plain([r async for r in conn.cursor(sql, *params, prefetch=33)])


async def cursor(conn, sql, params):
    async with conn.transaction():
        cur = await conn.cursor(sql, *params)
        first = plain(await cur.fetch(4))
        moved = await cur.forward(2)  # a MOVE in a simple query
        return first, moved, plain(await cur.fetch(1)), await cur.forward(3), plain(await cur.fetch(10000))


def copied(form):
    async def way(conn, sql, params):
        out = io.BytesIO()
        await conn.copy_from_query(sql, *params, output=out, format=form)
        return out.getvalue()
    return way


async def simple(conn, sql, params):
    return await conn.execute(cases.literal(sql, params))


WAYS = {"fetch": fetch, "prepared": prepared, "limited": limited, "iterated": iterated, "cursor": cursor,
        "copy": copied("text"), "copy, csv": copied("csv"), "copy, binary": copied("binary"), "simple": simple}


class Undo(Exception):
    pass


async def change(conn, case, sql, play):
    look = "filled2" if "filled2" in sql else "readings" if sql.startswith("UPDATE") else "filled"
    try:
        async with conn.transaction():
            await conn.execute("CREATE TEMPORARY TABLE filled (LIKE made)")
            got = await play(sql, *case.params)
            rows = plain(await conn.fetch(f"SELECT * FROM {look} ORDER BY t, station"))
            raise Undo
    except Undo:
        return got, rows


async def many(conn):
    async def play(sql):
        return await conn.executemany(sql, [(3,), (7,), (0,), (40,)])
    statement = "INSERT INTO filled SELECT * FROM {} AS g"
    case = cases.Case("change", "executemany", "", "", [])
    want = await change(conn, case, statement.format("(SELECT * FROM made ORDER BY t, station LIMIT $1)"), play)
    got = await change(conn, case, statement.format(
        "datamime_generate('readings', 't', ARRAY['station'], 'v', $1, time_zone => 'UTC')"), play)
    cases.compare("executemany", want, got)


async def failure(conn, case, way):
    try:
        await WAYS[way](conn, case.ours, [])
        code = "none"
    except asyncpg.PostgresError as err:
        code = err.sqlstate
    cases.compare(f"failure, {way}, {case.name}", (case.table, "alive"), (code, await conn.fetchval("SELECT 'alive'")))


async def by_parameters(conn):
    """asyncpg asks for the columns before it binds: where parameters decide
    them, it hears so, and may write them into the text."""
    call = "SELECT * FROM datamime_generate($1::text, 't', ARRAY['station'], 'v', 30)"
    try:
        await conn.fetch(call, "readings")
        code = "none"
    except asyncpg.PostgresError as err:
        code = err.sqlstate
    cases.compare("by parameters", ("0A000", "alive"), (code, await conn.fetchval("SELECT 'alive'")))


async def timed_out(conn):
    """asyncpg sends a cancel request of its own when the time is over."""
    long = "SELECT count(*) FROM datamime_generate('readings', 't', ARRAY['station'], 'v', 200000000)"
    try:
        await conn.fetch(long, timeout=0.5)
        got = "none"
    except asyncio.TimeoutError:
        got = "timeout"
    cases.compare("timeout", ("timeout", 1), (got, await conn.fetchval("SELECT 1")))


async def main():
    every = cases.read()
    conn = await asyncpg.connect()
    await conn.set_builtin_type_codec("hstore", codec_name="pg_contrib.hstore")
    for way, play in WAYS.items():
        for c in every:
            if c.kind == "query":
                cases.compare(f"{way}, {c.name}", await play(conn, c.table, c.params), await play(conn, c.ours, c.params))
    for c in every:
        if c.kind == "change":
            for way, play in ("execute", conn.execute), ("fetch", conn.fetch):
                cases.compare(f"change, {way}, {c.name}",
                              await change(conn, c, c.table, play), await change(conn, c, c.ours, play))
        elif c.kind == "failure":
            for way in "fetch", "prepared", "iterated", "simple", "copy":
                await failure(conn, c, way)
    await many(conn)
    await by_parameters(conn)
    await timed_out(conn)
    await conn.close()
    print("end")


asyncio.run(main())
