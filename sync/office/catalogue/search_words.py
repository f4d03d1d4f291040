"""By which words a catalogue's items are found, so that no search reads them all.

A name is found by any part of it: each of its ends is a word (陈桂英, 桂英, 英), and what somebody types is
the beginning of one. Every word says by its first letter what it is, or a card's number would find a
telephone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.sql import beginning_with, run_many
from kiosk.people.cards import Card
from kiosk.people.residents import Resident
from sync.office.store.tables import search_words

NAME, INITIALS, TELEPHONE, NUMBER, HOME = "n", "i", "t", "c", "h"
LONGEST = 40  # characters of a word: whoever types more has found it by then


def words_of(value: msgspec.Struct | None) -> set[str]:
    """Of what is found by more than its key; of everything else none."""
    match value:
        case Resident():
            name = value.name.casefold()
            ends = (NAME + name[start:] for start in range(len(name)))
            tail = (TELEPHONE + value.phone_tail,) if value.phone_tail else ()
            initials = (INITIALS + each for each in value.initials.lower().split())
            home = HOME + home_of(value)
            return {each[:LONGEST] for each in (*ends, *tail, *initials, home)}
        case Card():
            return {f"{NUMBER}{value.number}"}
    return set()


def home_of(resident: Resident) -> str:
    """Where somebody lives, as buildings are compared: 3 号楼 and 3号楼 are one."""
    return plain(f"{resident.home_site}/{resident.building}")


def plain(address: str) -> str:
    """Without blanks, which some write and some do not."""
    return "".join(address.split())


def keep(
    connection: sa.Connection,
    region_id: int,
    changed: Sequence[tuple[str, str, msgspec.Struct | None]],
) -> None:
    """Put the words of items, by kind, key and value, in place of those that they had."""
    c = search_words.c
    for kind in (Kind.RESIDENT, Kind.CARD):
        now = {key: value for of_kind, key, value in changed if of_kind == kind}
        if not now:
            continue
        mine = (c.region_id == region_id, c.kind == kind, c.key.in_(list(now)))
        connection.execute(search_words.delete().where(*mine))
        run_many(connection, _INSERT, list(_rows(region_id, kind, now.items())))


def found(region_id: int, kind: str, words: Collection[str]) -> sa.Select[tuple[str]]:
    """The keys of items that have one of these words."""
    c = search_words.c
    return sa.select(c.key).where(c.region_id == region_id, c.kind == kind, c.word.in_(list(words)))


def found_by_beginning(region_id: int, kind: str, beginning: str) -> sa.Select[tuple[str]]:
    """The keys of items with a word that begins so."""
    c = search_words.c
    least, above = beginning_with(beginning[:LONGEST])
    return sa.select(c.key).where(c.region_id == region_id, c.kind == kind, c.word >= least, c.word < above)


def _rows(
    region_id: int, kind: str, items: Iterable[tuple[str, msgspec.Struct | None]]
) -> Iterator[tuple[int, str, str, str]]:
    return ((region_id, kind, word, key) for key, value in items for word in sorted(words_of(value)))


_INSERT = "INSERT INTO search_words (region_id, kind, word, key) VALUES (?, ?, ?, ?)"
