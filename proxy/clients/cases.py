"""What the Python programs of this folder share: the cases and the report."""

import sys
import typing


class Case(typing.NamedTuple):
    kind: str  # query, change or failure
    name: str
    ours: str
    table: str  # of a failure: the SQLSTATE
    params: list


def read():
    cases = []
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            kind, name, ours, table, params = line.rstrip("\n").split("\t")
            cases.append(Case(kind, name, ours, table, [int(p) if p.isdecimal() else p for p in params.split(",") if p]))
    return cases


def literal(sql, params):
    """The statement with its parameters written into it."""
    for i, p in enumerate(params, 1):
        sql = sql.replace(f"${i}", repr(p))
    return sql


def compare(name, want, got):
    """Reports whether two results, from the table and from our call, are the same."""
    if want == got:
        print("ok", name, sep="\t", flush=True)
        return
    want, got = repr(want), repr(got)
    at = next((i for i, (w, g) in enumerate(zip(want, got)) if w != g), min(len(want), len(got)))
    cut = slice(max(0, at - 60), at + 100)
    print("not ok", name, f"...{want[cut]}... of the table, ...{got[cut]}... of ours", sep="\t", flush=True)
