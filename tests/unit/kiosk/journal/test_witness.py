"""The head on another medium: written behind the sales, believed at a start."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.journal.incarnation import FORKED, LOST
from kiosk.journal.witness import Witness, Word, judge, read
from kiosk.ledger.journal import Head
from kiosk.ledger.posting import JournalKey

KEY = JournalKey(1, b"j" * 16)
HASHES = {seq: bytes([seq]) * 32 for seq in range(1, 11)}


def word(seq: int, hash_: bytes = b"", journal_id: bytes = KEY.journal_id) -> Word:
    return Word(journal_id=journal_id.hex(), seq=seq, hash=(hash_ or HASHES.get(seq, bytes(32))).hex())


def judged(said: Word | None, head_seq: int = 10, known: frozenset[str] = frozenset()) -> str:
    return judge(said, KEY, set(known), head_seq, HASHES.get)


def test_a_witness_that_lags_behind_is_content() -> None:
    assert judged(word(10)) == judged(word(7)) == judged(None) == ""


def test_a_witness_ahead_knows_of_lost_records() -> None:
    assert judged(word(11)) == LOST


def test_a_witness_of_another_record_knows_of_a_fork() -> None:
    assert judged(word(9, b"x" * 32)) == FORKED


def test_a_witness_of_a_later_journal_knows_of_lost_records() -> None:
    later = word(3, journal_id=b"k" * 16)
    assert judged(later) == LOST
    assert judged(later, head_seq=0) == ""  # a new enrolment with an old stick
    assert judged(later, known=frozenset({(b"k" * 16).hex()})) == ""  # power went before it was told


def test_the_latest_head_is_written_before_the_kiosk_ends(tmp_path: Path) -> None:
    path = tmp_path / "head.json"
    witness = Witness(path)
    for seq in range(1, 11):
        witness.tell(KEY, Head(seq, HASHES[seq], 0, 0))
    witness.close()
    assert read(path) == word(10)


def test_a_medium_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "unplugged" / "head.json")
    witness.tell(KEY, Head(1, HASHES[1], 0, 0))
    witness.close()
    assert read(tmp_path / "unplugged" / "head.json") is None


@pytest.mark.parametrize("content", [b"", b"{}", bytes(range(200, 240))])
def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "head.json").write_bytes(content)
    assert read(tmp_path / "head.json") is None
