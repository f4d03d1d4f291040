"""What can be done to a file that holds a journal. Each damage gets the database and the journal's id."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

SALES = 12  # the records of the journal that is damaged
Base = sqlite3.Connection
Damage = Callable[[Base, bytes], None]


def execute(*statements: str) -> Damage:
    """`:j` stands for the journal's id."""

    def damage(base: Base, journal_id: bytes) -> None:
        for statement in statements:
            assert base.execute(statement, {"j": journal_id}).rowcount

    return damage


def forge(seq: int, element: int, change: Callable[[Any], Any]) -> Damage:
    """Change one element of a record and make all hashes right again, from there to the end."""

    def damage(base: Base, journal_id: bytes) -> None:
        (raw,) = base.execute(f"{_RECORD} AND seq = ?", (journal_id, seq)).fetchone()
        forged = msgspec.msgpack.decode(raw)
        forged[element] = change(forged[element])
        _store(base, journal_id, seq, msgspec.msgpack.encode(forged))
        chain_anew(base, journal_id)

    return damage


def swap(base: Base, journal_id: bytes) -> None:
    """Two records change places, with their hashes."""
    where = " WHERE journal_id = ? AND seq = ?"
    for old, new in ((3, 99), (4, 3), (99, 4)):
        base.execute(f"UPDATE records SET seq = ? {where}", (new, journal_id, old))


def reorder(base: Base, journal_id: bytes) -> None:
    swap(base, journal_id)
    chain_anew(base, journal_id)


def insert(base: Base, journal_id: bytes) -> None:
    """A copy of record 4 after it; all later ones are renumbered, and all hashes are right."""
    for seq in range(SALES, 4, -1):
        base.execute("UPDATE records SET seq = seq + 1 WHERE journal_id = ? AND seq = ?", (journal_id, seq))
    base.execute(
        "INSERT INTO records SELECT region_id, journal_id, 5, raw, hash FROM records"
        " WHERE journal_id = ? AND seq = 4",
        (journal_id,),
    )
    chain_anew(base, journal_id)


def cut_tail(base: Base, journal_id: bytes) -> None:
    """The last record, with all that follows from it: nothing within the file can tell."""
    moved = "SELECT account, unit, quantity FROM postings WHERE journal_id = ? AND seq = ?"
    for account, unit, quantity in base.execute(moved, (journal_id, SALES)).fetchall():
        column = "credits" if quantity > 0 else "debits"
        base.execute(
            f"UPDATE balances SET {column} = {column} - ? WHERE journal_id = ? AND account = ? AND unit = ?",
            (abs(quantity), journal_id, account, unit),
        )
    for table in ("records", "postings", "servings"):
        base.execute(f"DELETE FROM {table} WHERE journal_id = ? AND seq = ?", (journal_id, SALES))


def set_head_back(base: Base, journal_id: bytes) -> None:
    base.execute(
        "UPDATE journals SET (head_seq, head_hash) = (SELECT seq, hash FROM records"
        " WHERE journal_id = :j ORDER BY seq DESC LIMIT 1) WHERE journal_id = :j",
        {"j": journal_id},
    )


_MINE = "WHERE journal_id = :j AND seq = 3"
_RECORD = "SELECT raw FROM records WHERE journal_id = ?"
SMUGGLED = "'own/9', 'FEN', 5"
DAMAGES: dict[str, Damage] = {
    "a byte of a record": execute(f"UPDATE records SET raw = CAST(raw || x'00' AS BLOB) {_MINE}"),
    "a record made text": execute(f"UPDATE records SET raw = 'text' {_MINE}"),
    "a hash": execute(f"UPDATE records SET hash = zeroblob(32) {_MINE}"),
    "a record taken out": execute(f"DELETE FROM records {_MINE}"),
    "the first record taken out": execute("DELETE FROM records WHERE journal_id = :j AND seq = 1"),
    "the last record taken out": execute(f"DELETE FROM records WHERE journal_id = :j AND seq = {SALES}"),
    "two records swapped": swap,
    "two records swapped and chained": reorder,
    "a record copied in and chained": insert,
    "a record of another number": execute(
        f"UPDATE records SET seq = 99 WHERE journal_id = :j AND seq = {SALES}"
    ),
    "a posting changed": execute(f"UPDATE postings SET quantity = 1 {_MINE} AND n = 0"),
    "a posting's account": execute(f"UPDATE postings SET account = 'own/9' {_MINE} AND n = 0"),
    "a posting taken out": execute(f"DELETE FROM postings {_MINE} AND n = 1"),
    "a posting put in": execute(
        f"INSERT INTO postings SELECT region_id, journal_id, 3, 9, {SMUGGLED} FROM records {_MINE}"
    ),
    "a posting of no record": execute(
        f"INSERT INTO postings SELECT region_id, journal_id, 99, 0, {SMUGGLED} FROM records {_MINE}"
    ),
    "a balance changed": execute("UPDATE balances SET debits = debits + 1 WHERE journal_id = :j"),
    "a balance taken out": execute("DELETE FROM balances WHERE journal_id = :j"),
    "a balance put in": execute(
        f"INSERT INTO balances SELECT region_id, journal_id, {SMUGGLED}, 0 FROM records {_MINE}"
    ),
    "a journal of balances alone": execute(
        f"INSERT INTO balances SELECT region_id, x'00', {SMUGGLED}, 0 FROM records {_MINE}"
    ),
    "an unbalanced record": forge(3, 9, lambda postings: postings[:1]),
    "a record that names another number": forge(3, 0, lambda seq: seq + 1),
    "a record with a unit of its own": forge(
        3, 9, lambda postings: [[*each[:2], "YUAN"] for each in postings]
    ),
    "a float": forge(3, 9, lambda postings: [[each[0], float(each[1]), each[2]] for each in postings]),
}
# Tables that the office does not have, or has with more in them.
OF_A_KIOSK: dict[str, Damage] = {
    "a request taken out": execute("DELETE FROM requests WHERE journal_id = :j AND seq = 3"),
    "a request put in": execute("INSERT INTO requests VALUES ('touch 99', :j, 99)"),
    "a request of another record": execute("UPDATE requests SET seq = 6 WHERE journal_id = :j AND seq = 3"),
    "a follow-up of no record": execute("INSERT INTO follow_ups VALUES (1, :j, 4, 3, 500, 'FEN')"),
}
# A kiosk's own journal is wrong with these; the office keeps such a record and has nothing to say.
TOTALS: dict[str, Damage] = {
    "a count": forge(3, 11, lambda count: count + 1),
    "a turnover": forge(3, 12, lambda fen: fen - 5),
}


def _store(base: Base, journal_id: bytes, seq: int, raw: bytes) -> None:
    base.execute("UPDATE records SET raw = ? WHERE journal_id = ? AND seq = ?", (raw, journal_id, seq))


def chain_anew(base: Base, journal_id: bytes) -> None:
    last = hashlib.sha256(b"neighbourhood-card journal 1\n" + journal_id).digest()
    query = "SELECT seq, raw FROM records WHERE journal_id = ? ORDER BY seq"
    for seq, raw in base.execute(query, (journal_id,)).fetchall():
        last = hashlib.sha256(last + raw).digest()
        base.execute("UPDATE records SET hash = ? WHERE journal_id = ? AND seq = ?", (last, journal_id, seq))
