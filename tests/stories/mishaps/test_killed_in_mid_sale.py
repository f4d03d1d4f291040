"""The kiosk is killed again and again while it sells: what was shown is in the journal, and once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import IO

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.journal.proof import prove
from kiosk.ledger.posting import JournalKey
from kiosk.services.listed import BOOKS
from kiosk.store.engine import open_readonly
from tests.factories import LUNCH, REGION, SITE, World, site
from tests.stories.selling import PEOPLE
from tests.tiers import in_both

ROOT = Path(__file__).parents[3]
SEED = 20261123


@pytest.fixture
def seller() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stories.selling"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def kill_in_mid_sale(seller: subprocess.Popen[str], folder: Path, after_s: float) -> list[str]:
    """Let a kiosk sell, kill it, and return the receipts it had shown."""
    sink, source = _pipes(seller)
    sink.write(f"{folder}\n")
    sink.flush()
    child, receipts = 0, []
    for line in source:
        words = line.split()
        if words[0] == "dead":
            return receipts
        if words[0] == "child":
            child = int(words[1])
        elif words[1] == "served":
            receipts.append(words[2])
        if child and receipts and after_s:
            clock.sleep(after_s)  # the moment of death is the point: anywhere in a sale
            os.kill(child, signal.SIGKILL)
            after_s = 0
    raise AssertionError("the seller ended by itself")


def _pipes(seller: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert seller.stdin is not None
    assert seller.stdout is not None
    return seller.stdin, seller.stdout


@in_both("kills", fast=[20], deep=[40])
def test_every_sale_that_was_shown_is_in_the_journal_and_none_twice(
    world: World, seller: subprocess.Popen[str], kills: int
) -> None:
    all_day = msgspec.structs.replace(LUNCH, opens=time(0), closes=time(23, 59, 59, 999_999))
    world.publish(Kind.SITE, {SITE: site(meals=(all_day,))})
    world.add_many(PEOPLE, fen=100_000_000)
    chance = random.Random(SEED)
    shown: list[str] = []
    for _ in range(kills):
        shown += kill_in_mid_sale(seller, world.folder, chance.uniform(0.001, 0.012))
    assert len(shown) >= kills
    assert len(shown) == len(set(shown))
    journal = _receipts(world)
    assert set(shown) <= set(journal)
    # Only the sale under way at each kill may be in the journal without having been shown.
    assert len(journal) - len(shown) <= kills


def _receipts(world: World) -> list[str]:
    engine = open_readonly(world.folder / "journal.db")
    with engine.connect() as connection, connection.begin():
        assert prove(connection, JournalKey(REGION, world.journal_id), BOOKS).findings == []
        rows = connection.execute(
            sa.text(
                "SELECT records.seq, hash, resident_id FROM records JOIN servings USING (journal_id, seq)"
            )
        ).all()
    engine.dispose()
    eaten = [row.resident_id for row in rows]
    assert len(eaten) == len(set(eaten)), "somebody was charged twice"
    return [f"{row.seq}-{row.hash[:4].hex()}" for row in rows]
