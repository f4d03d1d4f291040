"""The head of the journal on another medium, so that a memory card that went back in time gives itself away.

After each commit a thread of its own writes where the journal stands: id, and seq and hash of the last
record. Only the latest counts, so a slow medium slows nobody. At a start the journal must have that record.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from kiosk.journal.incarnation import FORKED, LOST
from kiosk.ledger.journal import Head
from kiosk.ledger.posting import JournalKey
from kiosk.store.files import read_json, replace_whole, write_whole

log = structlog.get_logger()

DELAY_S = 0.05  # after a commit: the answer on the screen goes first


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What the witness says. People read the file, so bytes are in hexadecimal."""

    journal_id: str
    seq: int
    hash: str


def read(path: Path) -> Word | None:
    """What was written last; None if there is nothing that can be read."""
    try:
        return read_json(path, Word)
    except FileNotFoundError:
        log.warning("witness_missing", path=str(path))
    except (OSError, msgspec.MsgspecError) as error:
        log.error("witness_unreadable", path=str(path), reason=str(error))
    return None


def judge(
    word: Word | None, key: JournalKey, known: set[str], head_seq: int, hash_at: Callable[[int], bytes | None]
) -> str:
    """Why the journal cannot be gone on with, by the witness's word; empty if it fits or says nothing.

    `known` are the ids of journals before this one: a witness that was not told of the change yet is no news.
    """
    if word is None or word.journal_id in known:
        return ""
    if word.journal_id != key.journal_id.hex():
        return LOST if head_seq else ""  # of a later life of this folder; a new enrolment has none yet
    here = hash_at(word.seq)
    if here is None:
        return LOST
    return "" if here.hex() == word.hash else FORKED


class Witness:
    """Writes the latest head from a thread of its own. `tell` costs a tap nothing to speak of."""

    def __init__(self, path: Path, write: Callable[[Path, bytes], None] = write_whole) -> None:
        self._path, self._put = path, write
        self._latest: tuple[JournalKey, Head] | None = None
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="witness", daemon=True)
        self._thread.start()

    def tell(self, key: JournalKey, head: Head) -> None:
        self._latest = (key, head)
        self._news.set()

    def close(self) -> None:
        """Write what was told last, then end."""
        self._stopping.set()
        self._news.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._news.wait()
            self._stopping.wait(DELAY_S)
            self._news.clear()
            self._write()

    def _write(self) -> None:
        told, self._latest = self._latest, None
        if told is None:
            return
        key, head = told
        word = Word(journal_id=key.journal_id.hex(), seq=head.seq, hash=head.hash.hex())
        try:
            self._put(self._path, msgspec.json.encode(word) + b"\n")
            self._failing = False
        except OSError as error:
            if not self._failing:
                log.error("witness_not_written", path=str(self._path), reason=str(error))
            self._failing = True


class Witnesses:
    """Notes the head beside the journal, and on another medium if there is one.

    Beside it a file that lost its end is found out, but not a memory card that went back as a whole. That
    note need not outlive a power cut, which takes nothing from the journal: one from before it is right too.
    """

    def __init__(self, beside: Path, elsewhere: Path | None) -> None:
        self._all = [Witness(beside, replace_whole), *([Witness(elsewhere)] if elsewhere else [])]

    def tell(self, key: JournalKey, head: Head) -> None:
        for each in self._all:
            each.tell(key, head)

    def close(self) -> None:
        for each in self._all:
            each.close()
