"""A second verifier, written from docs/journal-format.md alone. It shares no code with what it checks.

    python verify.py FILE [--receipt SEQ-XXXXXXXX ...]

FILE is a kiosk's `journal.db` or the office's SQLite database. Exit 0: it holds; 1: a finding; 2: bad usage.
Only Python's standard library is needed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

UNITS = ("FEN", "MINUTE", "RIGHT", "MINUTE_RIGHT")
ELEMENTS = 13
GIVING_BACK = ("refund", "reversal")
SETTLING = ("capture", "release")
FOLLOWING = (
    *((kind, 1) for kind in (*GIVING_BACK, "charging_ended")),
    *((kind, n) for kind in SETTLING for n in (1, 2)),
)
DEEPEST = 512
MOST_BOOKED = 10**12
LONGEST_NAME = 200
RESIDENTS = ("own", "held", "courtesy", "set_aside")


class Malformed(ValueError):
    """Bytes that are not what the format says."""


def is_account(name: str) -> bool:
    """A resident's account names its number as one would write it."""
    kind, _, number = name.partition("/")
    if kind in RESIDENTS and not (re.fullmatch("0|[1-9][0-9]{0,18}", number) and int(number) < 2**63):
        return False
    return len(name) <= LONGEST_NAME and "\0" not in name


class Packed:
    """Reads MessagePack, as far as a record needs it; a body is passed over unread."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self) -> int:
        head = self._number(1)
        if head <= 0x7F:
            return head
        if head >= 0xE0:
            return head - 0x100
        if 0xCC <= head <= 0xD3:
            return self._number(1 << (head & 3), signed=head >= 0xD0)
        raise Malformed("not a whole number")

    def text(self) -> str:
        head = self._number(1)
        if not (0xA0 <= head <= 0xBF or 0xD9 <= head <= 0xDB):
            raise Malformed("not text")
        try:
            return self._take(self._extent(head)[0]).decode()
        except UnicodeDecodeError as error:
            raise Malformed("text is not UTF-8") from error

    @property
    def at(self) -> int:
        """How many bytes were read."""
        return self._at

    def bytes(self) -> bytes:
        head = self._number(1)
        if head not in (0xC4, 0xC5, 0xC6):
            raise Malformed("not bytes")
        return self._take(self._extent(head)[0])

    def skip(self, within: int) -> None:
        """Pass over one value, which stands within so many arrays."""
        left = [1]  # for each open array or map, the values still to come
        while left:
            if not left[-1]:
                left.pop()
                continue
            left[-1] -= 1
            head = self._number(1)
            if 0x7F < head < 0xE0:
                size, nested = self._extent(head)
                self._take(size)
                if nested is not None:
                    left.append(nested)
            if within + len(left) - 1 > DEEPEST:
                raise Malformed("nested too deep")

    def array(self) -> int:
        """The number of elements that follow."""
        head = self._number(1)
        if head & 0xF0 != 0x90 and head not in (0xDC, 0xDD):
            raise Malformed("not an array")
        return self._extent(head)[1] or 0

    def end(self) -> None:
        if self._at != len(self._data):
            raise Malformed("bytes after the end")

    def _extent(self, head: int) -> tuple[int, int | None]:
        """How many bytes belong to what begins so, and how many values if it is an array or a map."""
        if head < 0x90:
            return 0, 2 * (head & 0x0F)
        if head < 0xA0:
            return 0, head & 0x0F
        if head < 0xC0:
            return head & 0x1F, None
        if head in (0xC0, 0xC2, 0xC3):
            return 0, None
        if head in (0xC4, 0xC5, 0xC6):
            return self._number(1 << (head - 0xC4)), None
        if head in (0xC7, 0xC8, 0xC9):
            return self._number(1 << (head - 0xC7)) + 1, None
        if head in (0xCA, 0xCB):
            return 4 << (head - 0xCA), None
        if 0xCC <= head <= 0xD3:
            return 1 << (head & 3), None
        if 0xD4 <= head <= 0xD8:
            return (1 << (head - 0xD4)) + 1, None
        if head in (0xD9, 0xDA, 0xDB):
            return self._number(1 << (head - 0xD9)), None
        if head in (0xDC, 0xDD):
            return 0, self._number(2 << (head - 0xDC))
        if head in (0xDE, 0xDF):
            return 0, 2 * self._number(2 << (head - 0xDE))
        raise Malformed(f"{head:#x} begins nothing")

    def _number(self, size: int, *, signed: bool = False) -> int:
        return int.from_bytes(self._take(size), "big", signed=signed)

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise Malformed("cut short")
        self._at += size
        return taken


@dataclass
class Record:
    """What a verifier needs of a record."""

    seq: int
    postings: list[tuple[str, int, str]]
    count: int
    turnover_fen: int
    following: tuple[int, int, bytes, str] | None  # which record, how much of it, of which journal, unit
    request: str = ""  # the id it was asked for with

    @property
    def excess(self) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        for _account, quantity, unit in self.postings:
            sums[unit] += quantity
        return {unit: total for unit, total in sums.items() if total}


def read_record(raw: bytes) -> Record:
    """Raises `Malformed`."""
    packed = Packed(raw)
    length = packed.array()
    if length < ELEMENTS:
        raise Malformed(f"{length} elements")
    seq, kind, version, *_numbers = packed.number(), packed.text(), *(packed.number() for _ in range(5))
    _operator, _tariff_revision = packed.text(), packed.number()
    postings = [_posting(packed) for _ in range(packed.array())]
    begin = packed.at
    packed.skip(within=1)
    body = raw[begin : packed.at] if (kind, version) in FOLLOWING else b""
    record = Record(seq, postings, packed.number(), packed.number(), read_following(body, kind))
    record.request = packed.text() if length > ELEMENTS else ""
    for _ in range(length - ELEMENTS - 1):
        packed.skip(within=1)
    packed.end()
    return record


def read_following(body: bytes, kind: str) -> tuple[int, int, bytes, str] | None:
    """What the body of a record that follows another one begins with; None if it is not as it should be."""
    try:
        packed = Packed(body)
        length = packed.array()
        found = packed.number(), packed.number(), packed.bytes()
        if kind in GIVING_BACK:
            packed.text(), packed.number(), packed.skip(within=2)
            return (*found, "FEN") if length >= 6 else None
        packed.number()
        unit = packed.text() if length > 4 else "FEN"
        return (*found, unit) if length >= 4 and unit in UNITS else None
    except Malformed:
        return None


def _posting(packed: Packed) -> tuple[str, int, str]:
    length = packed.array()
    if length < 2:
        raise Malformed(f"a posting of {length} elements")
    account, quantity, unit = packed.text(), packed.number(), packed.text() if length > 2 else "FEN"
    if unit not in UNITS:
        raise Malformed(f"unit {unit!r}")
    for _ in range(length - 3):
        packed.skip(within=3)
    return account, quantity, unit


@dataclass
class Verdict:
    """Findings break the proof; remarks are for people: the office keeps what it may not book."""

    findings: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


class Journal:
    """One journal's records, followed from its beginning."""

    def __init__(self, base: sqlite3.Connection, key: tuple[int, bytes], at_office: bool) -> None:
        self._base, self._key, self._at_office = base, key, at_office
        self.verdict = Verdict()
        self.places: dict[int, str] = {}  # seq -> the beginning of its hash, as receipts name it
        self._seq, self._count, self._turnover_fen = 0, 0, 0
        self._hash = hashlib.sha256(b"neighbourhood-card journal 1\n" + key[1]).digest()
        self._postings: dict[tuple[int, int], tuple[str, str, int]] = {}
        self._sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._following: dict[tuple[int], tuple[int, int, str]] = {}
        self._asked: dict[str, int] = {}
        self._older: set[int] = set()  # records that carry no id
        self._suspended = self._not_believed() if at_office else set()

    def prove(self) -> Verdict:
        if self._follow():
            self._compare("postings", "seq, n, account, unit, quantity", 2, self._postings)
            sums = {name: tuple(both) for name, both in self._sums.items()}
            self._compare("balances", "account, unit, credits, debits", 2, sums)
            if not self._at_office:
                self._compare("follow_ups", "seq, original_seq, quantity, unit", 1, self._following)
                self._compare_requests()
            if self._at_office:
                self._compare("journals", "region_id, head_seq, head_hash", 1, self._head())
        self.verdict.heads.append(f"{self._key[1].hex()}: {self._seq}-{self._hash[:4].hex()}")
        return self.verdict

    def _follow(self) -> bool:
        """Chain, records and running figures; False at the first that is wrong."""
        for seq, raw, stored in self._rows("records", "seq, raw, hash"):
            if seq != self._seq + 1:
                return self._wrong(f"record {self._seq + 1} is missing, {seq} follows")
            if type(raw) is not bytes or type(stored) is not bytes:
                return self._wrong(f"record {seq} or its hash is not stored as bytes")
            self._seq, self._hash = seq, hashlib.sha256(self._hash + raw).digest()
            if self._hash != stored:
                return self._wrong(f"record {seq} does not have the hash that is stored")
            self.places[seq] = stored[:4].hex()
            fault = self._fault(raw)
            if fault and not self._at_office:
                return self._wrong(f"record {seq}: {fault}")
            if fault:
                self.verdict.remarks.append(f"{self._key[1].hex()} record {seq}: {fault}")
        return True

    def _fault(self, raw: bytes) -> str:
        """What is wrong with the record; book it, unless it may not be booked."""
        try:
            record = read_record(raw)
        except Malformed as error:
            return f"unreadable: {error}"
        if record.seq != self._seq:
            return f"says that it is {record.seq}"
        if record.excess:
            return f"unbalanced: {record.excess}"
        if not all(
            abs(quantity) <= MOST_BOOKED and is_account(account) for account, quantity, _ in record.postings
        ):
            return "a posting that is not booked"
        for n, (account, quantity, unit) in enumerate(record.postings):
            if self._seq in self._suspended:
                account = f"suspense/{account}"[:LONGEST_NAME]
            self._postings[self._seq, n] = account, unit, quantity
            self._sums[account, unit][quantity < 0] += abs(quantity)
        if record.following and record.following[2] == self._key[1]:
            original_seq, quantity, _, unit = record.following
            self._following[self._seq,] = original_seq, quantity, unit
        if not record.request:
            self._older.add(self._seq)
        if record.request in self._asked:
            return f"asked for with {record.request!r}, as record {self._asked[record.request]} was"
        if record.request:
            self._asked[record.request] = self._seq
        return self._totals(record)

    def _totals(self, record: Record) -> str:
        told = record.count - self._count, record.turnover_fen - self._turnover_fen
        self._count, self._turnover_fen = record.count, record.turnover_fen
        fen = sum(quantity for _, quantity, unit in record.postings if quantity > 0 and unit == "FEN")
        computed = int(bool(record.postings)), fen
        return "" if told == computed else f"count and turnover grow by {told}, not by {computed}"

    def _not_believed(self) -> set[int]:
        """Records that the office suspended, and nobody has believed since."""
        said: dict[int, set[str]] = defaultdict(set)
        if self._base.execute("SELECT 1 FROM sqlite_schema WHERE name = 'verdicts'").fetchall():
            query = "SELECT of_seq, verdict FROM verdicts WHERE region_id = ? AND of_journal_id = ?"
            for seq, verdict in self._base.execute(query, self._key):
                said[seq].add(verdict)
        return {seq for seq, verdicts in said.items() if "believed" not in verdicts}

    def _compare_requests(self) -> None:
        """Rows of records that carry no id are of an older program, and nothing is said of them."""
        query = "SELECT request_id, seq FROM requests WHERE journal_id = ?"
        stored = dict(self._base.execute(query, (self._key[1],)).fetchall())
        for asked, seq in self._asked.items():
            if stored.pop(asked, None) != seq:
                self._wrong(f"request {asked!r} does not lead to record {seq}")
        for asked, seq in stored.items():
            if seq not in self._older:
                self._wrong(f"request {asked!r} leads to {seq}, which does not carry it")

    def _head(self) -> dict[tuple[int], tuple[int, bytes]]:
        return {(self._key[0],): (self._seq, self._hash)}

    def _compare(self, table: str, columns: str, key_size: int, computed: Any) -> None:
        stored = {row[:key_size]: row[key_size:] for row in self._rows(table, columns)}
        for place in sorted(stored.keys() | computed.keys(), key=repr):
            if stored.get(place) != computed.get(place):
                self._wrong(f"{table} {place}: {stored.get(place)} stored, {computed.get(place)} computed")

    def _rows(self, table: str, columns: str) -> Iterator[Any]:
        query = f"SELECT {columns} FROM {table} WHERE region_id = ? AND journal_id = ? ORDER BY {columns}"
        yield from self._base.execute(query, self._key)

    def _wrong(self, what: str) -> bool:
        self.verdict.findings.append(f"{self._key[1].hex()} {what}")
        return False


def verify(path: Path, receipts: list[str]) -> Verdict:
    """Prove every journal that any table of the file knows."""
    total = Verdict()
    known: set[tuple[int, str]] = set()
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as base:
            base.execute("BEGIN")
            at_office = bool(base.execute("SELECT 1 FROM sqlite_schema WHERE name = 'journals'").fetchall())
            tables = ["records", "postings", "balances", *["journals"] * at_office]
            keys = " UNION ".join(f"SELECT region_id, journal_id FROM {each}" for each in tables)
            for key in base.execute(f"{keys} ORDER BY 2").fetchall():
                journal = Journal(base, key, at_office)
                verdict = journal.prove()
                total.findings += verdict.findings
                total.remarks += verdict.remarks
                total.heads += verdict.heads
                known.update(journal.places.items())
    except sqlite3.Error as error:
        total.findings.append(f"{path}: {error}")
    total.findings += [f"receipt {each} is nowhere" for each in receipts if not _is_known(each, known)]
    return total


def _is_known(receipt: str, known: set[tuple[int, str]]) -> bool:
    seq, _, beginning = receipt.partition("-")
    return seq.isdecimal() and (int(seq), beginning) in known


def main() -> int:
    parser = argparse.ArgumentParser(prog="verify.py")
    parser.add_argument("file", type=Path, help="journal.db, or the office's SQLite database")
    parser.add_argument("--receipt", action="append", default=[], metavar="SEQ-XXXXXXXX")
    asked = parser.parse_args()
    if not asked.file.is_file():
        parser.error(f"{asked.file} is no file")
    verdict = verify(asked.file, asked.receipt)
    for remark in verdict.remarks:
        print(f"for review: {remark}")
    for finding in verdict.findings:
        print(finding)
    if not verdict.findings:
        print("\n".join(["It holds.", *verdict.heads]))
    return int(bool(verdict.findings))


if __name__ == "__main__":
    sys.exit(main())
