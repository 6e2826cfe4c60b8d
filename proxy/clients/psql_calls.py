"""Calls datamime's functions through psql: simple queries, its cursors for
large results, its descriptions and its COPY."""

import subprocess

import cases

MARK = "=== next ==="


def session(commands, *options):
    """Runs commands in one psql and returns what each printed."""
    script = "\n".join(f"{c}\n\\echo {MARK}\n\\warn {MARK}" for c in commands)
    done = subprocess.run(["psql", "-X", "-q", *options], input=script, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"psql ended with {done.returncode}: {done.stderr}")
    outs, errs = done.stdout.split(MARK + "\n"), done.stderr.split(MARK + "\n")
    return [out + "\n".join(l for l in err.splitlines() if "ERROR" in l) for out, err in zip(outs, errs)][:-1]


def both(way, chosen, write, *options):
    """Runs the cases as write(case, sql) makes them, over the table and with ours.
    psql of this age has no parameters: they are written into the text."""
    want = session([write(c, cases.literal(c.table, c.params)) for c in chosen], *options)
    got = session([write(c, cases.literal(c.ours, c.params)) for c in chosen], *options)
    for c, w, g in zip(chosen, want, got, strict=True):
        cases.compare(f"{way}, {c.name}", w, g)


def executed(chosen):
    """PREPARE and EXECUTE of the cases with parameters, which psql passes on as text."""
    def write(case, sql):
        return f"PREPARE p AS {sql}; EXECUTE p ({', '.join(map(repr, case.params))}); DEALLOCATE p;"
    for c, w, g in zip(chosen, session([write(c, c.table) for c in chosen]), session([write(c, c.ours) for c in chosen]), strict=True):
        cases.compare(f"executed with parameters, {c.name}", w, g)


def change(case, sql):
    look = "filled2" if "filled2" in sql else "readings" if sql.startswith("UPDATE") else "filled"
    return (f"BEGIN; CREATE TEMPORARY TABLE filled (LIKE made);\n\\unset QUIET\n{sql};\n\\set QUIET 1\n"
            f"TABLE {look} ORDER BY t, station;\nROLLBACK;")


def main():
    every = cases.read()
    queries = [c for c in every if c.kind == "query"]
    both("aligned", queries, lambda c, sql: sql + ";")
    both("unaligned", queries, lambda c, sql: sql + ";", "-At")
    both("csv in fetches", queries, lambda c, sql: sql + ";", "--csv", "-v", "FETCH_COUNT=64")
    both("one transaction", queries, lambda c, sql: sql + ";", "-At", "-1")
    both("described", queries, lambda c, sql: sql + " \\gdesc")
    both("several in one", queries, lambda c, sql: f"SELECT 1 AS before \\; {sql} \\; SELECT 2 AS after;")
    both("copy", queries, lambda c, sql: f"\\copy ({sql}) TO STDOUT (FORMAT csv, HEADER)")
    both("prepared", queries, lambda c, sql: f"PREPARE p AS {sql}; EXECUTE p; EXECUTE p; DEALLOCATE p;")
    executed([c for c in queries if c.params])
    both("cursor", queries, lambda c, sql: f"BEGIN; DECLARE c SCROLL CURSOR FOR {sql}; FETCH 5 FROM c; FETCH LAST FROM c; FETCH PRIOR FROM c; COMMIT;")
    both("change", [c for c in every if c.kind == "change"], change)
    failures = [c for c in every if c.kind == "failure"]
    got = session([f"{c.ours};\n\\echo :LAST_ERROR_SQLSTATE\nSELECT 'alive';" for c in failures], "-At")
    for c, g in zip(failures, got, strict=True):
        cases.compare(f"failure, {c.name}", [c.table, "alive"], g.splitlines()[:2])
    print("end")


main()
