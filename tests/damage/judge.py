"""One case: a counter's folder is damaged, looked at, started, and asked to sell."""

from __future__ import annotations

import itertools
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from kiosk.app import Kiosk
from kiosk.cli import main
from kiosk.ledger.audit.recovery import RECOVERED, decode_recovered
from kiosk.ledger.records import decode
from tests.damage.journals import PEOPLE, start
from tests.damage.kinds import Damage
from tests.factories import SITE, World, open_files
from tests.unit.kiosk.test_tap import chip

IN_SERVICE_S = 10.0  # of work, for a machine with nothing else to do
LOOKS = 8
TAPS = itertools.count(0, 60_000)
Rows = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Case:
    """How one damage ended; everything but `effect`, `serves` and `said` must be empty or small."""

    effect: bool  # whether anything that can be read is another than before
    serves: bool
    said: str  # on the screen
    serves_after_s: float
    faults: tuple[str, ...]  # promises that were broken


def case(world: World, file: str, damage: Damage, chance: random.Random) -> Case:
    """Damage a file of a kiosk that is switched off, and see what becomes of it."""
    before = contents(world.folder)
    path = world.folder / file
    content = bytearray(path.read_bytes())
    damage(content, chance)
    path.write_bytes(content)
    readable = _records_one_by_one(world, len(before["records"]))
    diagnosis = doctor(world)
    faults = [*_tracebacks(diagnosis), *_tracebacks(run(world, "journal", "verify"))]
    began_s = time.process_time()
    kiosk = start(world)
    said, serves = _serve(kiosk, began_s)
    after_s = time.process_time() - began_s
    if not serves and not said:
        faults.append("out of service, and nothing said")
    if after_s > IN_SERVICE_S:
        faults.append(f"{after_s:.1f} s until it served")
    _settle(kiosk)
    said = said or kiosk.board.standing.trouble or kiosk.board.standing.notice
    serves = kiosk.board.standing.trouble == ""
    if serves:
        kiosk.counter().close()
    after = contents(world.folder)
    effect = said != "" or _differ(before, after)
    if effect and not said:
        faults.append("silent: the tables are others, and nobody was told")
    if said and "-> " not in diagnosis and _differ(before, after):
        faults.append("the doctor found nothing")
    if serves:
        verified = run(world, "journal", "verify")
        if verified.exit_code and not said:
            faults.append(f"does not hold afterwards: {verified.output}")
        faults += _lost(readable, world)
    return Case(effect, serves, said, after_s, tuple(faults))


def doctor(world: World) -> str:
    return run(world, "doctor").output


class _Run:
    def __init__(self, output: str, exit_code: int) -> None:
        self.output, self.exit_code = output, exit_code

    def __contains__(self, text: str) -> bool:
        return text in self.output


def run(world: World, *words: str) -> _Run:
    config = world.folder.parent / f"{world.folder.name}.toml"
    config.write_text(
        f'[kiosk]\nname = "front"\nsite = "{SITE}"\n[store]\nfolder = "{world.folder}"\n', encoding="utf-8"
    )
    before = open_files(world.folder)
    done = CliRunner().invoke(main, ["--config", str(config), *words])
    assert before or not open_files(world.folder), words  # beside a kiosk SQLite itself closes some later
    crash = f"Traceback: {done.exception!r}" if done.exception and not _is_exit(done.exception) else ""
    return _Run(done.output + crash, done.exit_code)


def _is_exit(error: BaseException) -> bool:
    return isinstance(error, SystemExit)


def _tracebacks(told: str | _Run) -> Iterator[str]:
    if "Traceback" in told:
        yield f"a traceback: {told if isinstance(told, str) else told.output}"


def _serve(kiosk: Kiosk, began_s: float) -> tuple[str, bool]:
    """What the screen says, and whether a card is answered as it should be."""
    said = ""
    for number in PEOPLE:
        kiosk.look()
        said = said or kiosk.board.standing.trouble or kiosk.board.standing.notice
        kiosk.taps.handle(chip(number, next(TAPS)))
        if kiosk.board.recent and kiosk.board.recent[0].code in ("served", "already_served"):
            return said, True
        kiosk._next_try_s = kiosk._next_renewal_s = 0.0
        if time.process_time() - began_s > IN_SERVICE_S:
            break
    return said, False


def _settle(kiosk: Kiosk) -> None:
    """Let the background proof find what it finds, until it finds nothing more."""
    for _ in range(LOOKS):
        opening, opened = kiosk._opening, kiosk._open
        if opening is not None:
            opening.join()
        if opened is not None:
            opened._prover.join()
        kiosk._next_try_s = kiosk._next_renewal_s = 0.0
        kiosk.look()
        if kiosk._open is not None and kiosk._open is opened and not opened.journal.doubted:
            return


def contents(folder: Path) -> Rows:
    """Every row of every table, sorted; what cannot be read is an entry of its own."""
    found: Rows = {}
    with closing(sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True)) as base:
        base.text_factory = bytes
        try:
            tables = base.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for (name,) in tables:
                found[name.decode()] = sorted(
                    base.execute(f"SELECT * FROM {name.decode()}").fetchall(), key=repr
                )
        except (sqlite3.Error, UnicodeDecodeError) as error:
            found["unreadable"] = [(str(error),)]
    return found


def _differ(before: Rows, after: Rows) -> bool:
    """Whether rows from before are gone or others; what was sold since is not looked at."""
    return any(not set(rows) <= set(after.get(name, ())) for name, rows in before.items() if name in KEPT)


KEPT = ("records", "postings", "follow_ups", "servings", "card_events", "cash_moves", "requests", "boots")


def _records_one_by_one(world: World, head_seq: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    with closing(sqlite3.connect(f"file:{world.folder / 'journal.db'}?mode=ro", uri=True)) as base:
        for seq in range(1, head_seq + 1):
            try:
                for (raw,) in base.execute(_ONE, (world.journal_id, seq)).fetchall():
                    found[seq] = raw
            except (sqlite3.Error, UnicodeDecodeError):
                continue
    return found


_ONE = "SELECT raw FROM records WHERE region_id = 1 AND journal_id = ? AND seq = ?"


def _lost(readable: dict[int, bytes], world: World) -> Iterator[str]:
    """Records that could still be read, and are in no journal of the file that is sold on in."""
    held: set[bytes] = set()
    with closing(sqlite3.connect(f"file:{world.folder / 'journal.db'}?mode=ro", uri=True)) as base:
        for (raw,) in base.execute("SELECT raw FROM records").fetchall():
            held.add(raw)
            try:
                record = decode(raw)
                if (record.kind, record.version) == RECOVERED:
                    held.add(decode_recovered(record.body).raw)
            except ValueError:
                continue
    own = (b"opened", b"started", b"clock")
    for seq, raw in readable.items():
        if isinstance(raw, bytes) and raw not in held and not any(each in raw[:20] for each in own):
            yield f"record {seq} could be read and was not kept"
            return
