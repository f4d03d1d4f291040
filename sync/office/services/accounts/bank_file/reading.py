"""A bank's file against the books: whom each transaction is for, and every cell that cannot be what it says.

A row without an amount, or with none, is no money that came in. One that is booked already, to the same
person and over the same sum, changes nothing. With one problem nothing at all is booked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.plain.refusals import Refusal
from sync.office.books.bank import bank_topups
from sync.office.books.bank.bank_topups import BookedTopUp
from sync.office.catalogue.published import current_values, residents_by_id
from sync.office.console import formats
from sync.office.importing.sheets import cells
from sync.office.importing.sheets.columns import ROWS_OF_TITLES, HeadRow, Vocabulary, head_of, letter
from sync.office.importing.sheets.reading import DigitsLost, NobodyOfNumber, Problem
from sync.office.importing.sheets.sheet import Elsewhere

MOST_FEN = 500_000  # of one transaction, as at a counter: more is a slip of the finger
MOST_ROWS = 1000
LONGEST_NUMBER = 64


class BankColumn(StrEnum):
    """What a bank's file may say of a transaction."""

    NUMBER = "number"
    AMOUNT = "amount"
    RESIDENT = "resident"
    CARD = "card"
    NOTE = "note"
    PAYER = "payer"
    DAY = "day"


OF_BANK = Vocabulary(
    {
        BankColumn.NUMBER: "交易流水号 流水号 交易号 交易流水 业务流水号 凭证号 核心流水号 transactionnumber",
        BankColumn.AMOUNT: "金额 交易金额 收入金额 贷方金额 贷方发生额 入账金额 收入 转入金额 "
        "金额元 交易金额元 收入金额元 贷方金额元 贷方发生额元 入账金额元 amount",
        BankColumn.RESIDENT: "居民编号 编号 居民号 residentnumber resident",
        BankColumn.CARD: "卡号 就餐卡号 卡面号 餐卡号 cardnumber card",
        BankColumn.NOTE: "附言 摘要 备注 用途 留言 note remark",
        BankColumn.PAYER: "付款人 付款人姓名 付款方 对方户名 对方名称 付款人名称 payer",
        BankColumn.DAY: "交易日期 日期 记账日期 入账日期 交易时间 day date",
    },
    must=(BankColumn.NUMBER, BankColumn.AMOUNT),
)
_SIGNS = re.compile(r"[,，￥¥元\s]")


class TooManyRows(Refusal):
    """More than one file may have."""

    code = "too_many_rows"
    most: int


class NumberMissing(Refusal):
    """The bank's number of the transaction is not there, or too long."""

    code = "transaction_number_missing"


class AmountWrong(Refusal):
    """No amount in yuan, or more than one transaction may have."""

    code = "bank_amount_wrong"
    most_fen: int


class CardUnknown(Refusal):
    """No card has this number."""

    code = "card_number_unknown"


class NobodyNamed(Refusal):
    """Neither a resident nor a card is named, or more than one."""

    code = "nobody_named"


class TwoPeople(Refusal):
    """The card is somebody else's."""

    code = "card_of_another"
    other_id: int


class NoLongerThere(Refusal):
    """This resident's account is closed."""

    code = "account_closed"


class TransactionTwice(Refusal):
    """Another row of the file has the same number."""

    code = "transaction_twice"
    row: int


class BookedOtherwise(Refusal):
    """The transaction is booked already, to another account or over another sum."""

    code = "booked_otherwise"
    resident_id: int
    fen: int


class TopUpLine(msgspec.Struct, frozen=True, array_like=True):
    """One transaction as it would be booked."""

    number: str
    resident_id: int
    fen: int
    day: str
    payer: str


@dataclass(slots=True)
class BankFile:
    """What a file would do. `known`: rows that are booked already; `no_income`: rows without an amount."""

    head: HeadRow[BankColumn]
    lines: list[TopUpLine] = field(default_factory=list)
    known: int = 0
    no_income: int = 0
    problems: list[Problem] = field(default_factory=list)
    residents: Mapping[int, Resident] = field(default_factory=dict)

    @property
    def fen(self) -> int:
        return sum(each.fen for each in self.lines)


def read(connection: sa.Connection, region_id: int, content: bytes, mine: Callable[[str], bool]) -> BankFile:
    """`mine`: whether somebody's home is in the clerk's area.

    Raises `NoSheet`, `NoHead`, `ColumnTwice` and `TooManyRows`.
    """
    rows = list(cells.rows(content))
    head = head_of(rows[:ROWS_OF_TITLES], OF_BANK)
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if number > head.row and any(row)]
    if len(numbered) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    reading = _Reading(BankFile(head), mine)
    reading.look_up(connection, region_id, [row for _, row in numbered])
    for number, row in numbered:
        reading.take(number, row)
    return reading.found


class _Reading:
    def __init__(self, found: BankFile, mine: Callable[[str], bool]) -> None:
        self.found, self._mine = found, mine
        self._residents: Mapping[int, Resident] = {}
        self._cards: dict[str, int] = {}
        self._booked: Mapping[str, BookedTopUp] = {}
        self._seen: dict[str, int] = {}  # the bank's number -> its row

    def look_up(self, connection: sa.Connection, region_id: int, rows: Sequence[Sequence[str]]) -> None:
        self._booked = bank_topups.standing(
            connection, region_id, {self._text(row, BankColumn.NUMBER) for row in rows}
        )
        if BankColumn.CARD in self.found.head.places:
            cards = current_values(connection, region_id, Kind.CARD)
            self._cards = {str(each.number): each.resident_id for each in cards}
        said = (self._text(row, column) for row in rows for column in (BankColumn.RESIDENT, BankColumn.NOTE))
        numbers = {int(each) for text in said for each in _numbers(text)} | set(self._cards.values())
        self._residents = self.found.residents = residents_by_id(connection, region_id, numbers)

    def take(self, number: int, row: Sequence[str]) -> None:
        before = len(self.found.problems)
        fen = self._cell(number, row, BankColumn.AMOUNT, _fen)
        if not fen and len(self.found.problems) == before:
            self.found.no_income += 1
            return
        transaction = self._cell(number, row, BankColumn.NUMBER, self._number(number))
        resident = self._whose(number, row)
        if len(self.found.problems) > before or not (fen and transaction and resident):
            return
        day, payer = (self._text(row, each) for each in (BankColumn.DAY, BankColumn.PAYER))
        line = TopUpLine(transaction, resident.id, fen, day, payer)
        first = self._booked.get(transaction)
        if first is None:
            self.found.lines.append(line)
        elif (first.topup.resident_id, first.topup.fen) == (resident.id, fen):
            self.found.known += 1
        else:
            wrong = BookedOtherwise(resident_id=first.topup.resident_id, fen=first.topup.fen)
            self._wrong(number, row, BankColumn.NUMBER, wrong)

    def _whose(self, number: int, row: Sequence[str]) -> Resident | None:
        column = next((each for each in _PEOPLE if self._text(row, each)), BankColumn.NOTE)
        resident: Resident | None = self._cell(
            number,
            row,
            column,
            {
                BankColumn.RESIDENT: self._by_number,
                BankColumn.CARD: self._by_card,
            }.get(column, self._by_note),
        )
        card = self._cards.get(_digits(self._text(row, BankColumn.CARD)))
        if resident and card and card != resident.id:
            self._wrong(number, row, BankColumn.CARD, TwoPeople(other_id=card))
        if resident and not self._mine(resident.home_site):
            self._wrong(number, row, column, Elsewhere())
        elif resident and resident.status is not ResidentStatus.ACTIVE:
            self._wrong(number, row, column, NoLongerThere())
        return resident

    def _by_number(self, said: str) -> Resident:
        found = self._residents.get(int(_digits(said) or 0))
        if found is None:
            raise NobodyOfNumber
        return found

    def _by_card(self, said: str) -> Resident:
        found = self._residents.get(self._cards.get(_digits(said), 0))
        if found is None:
            raise CardUnknown
        return found

    def _by_note(self, said: str) -> Resident:
        """What the payer wrote, where exactly one resident's number stands in it."""
        found = {each for each in map(int, _numbers(said)) if each in self._residents}
        if len(found) != 1:
            raise NobodyNamed
        return self._residents[found.pop()]

    def _number(self, row: int) -> Callable[[str], str]:
        def read_number(said: str) -> str:
            if not 0 < len(said) <= LONGEST_NUMBER:
                raise NumberMissing
            if self._seen.setdefault(said, row) != row:
                raise TransactionTwice(row=self._seen[said])
            return said

        return read_number

    def _cell(self, number: int, row: Sequence[str], column: BankColumn, how: Callable[[str], object]) -> Any:
        said = self._text(row, column)
        try:
            if said.startswith(cells.LOST):
                raise DigitsLost
            return how(said)
        except Refusal as refusal:
            self._wrong(number, row, column, refusal)
            return None

    def _text(self, row: Sequence[str], column: BankColumn) -> str:
        place = self.found.head.places.get(column, len(row))
        return row[place].strip() if place < len(row) else ""

    def _wrong(self, number: int, row: Sequence[str], column: BankColumn, refusal: Refusal) -> None:
        place = self.found.head.places.get(column)
        given = self._text(row, column).removeprefix(cells.LOST)
        self.found.problems.append(
            Problem(number, letter(place) if place is not None else "", given, refusal)
        )


_PEOPLE = (BankColumn.RESIDENT, BankColumn.CARD)


def _fen(said: str) -> int:
    """0: none came in."""
    plain = _SIGNS.sub("", said).removeprefix("+")
    fen = formats.fen_typed(plain or "0")
    if fen is None or fen > MOST_FEN:
        raise AmountWrong(most_fen=MOST_FEN)
    return fen


def _numbers(said: str) -> Iterable[str]:
    return (each for each in re.findall(r"[0-9]+", said) if len(each) <= cells.EXACT_DIGITS)


def _digits(said: str) -> str:
    """Without what stands before a number."""
    return said.lstrip("0") if said.isascii() and said.isdigit() and len(said) <= cells.EXACT_DIGITS else ""
