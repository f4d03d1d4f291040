"""Whatever is done at one counter in whatever order: the sums that must hold after every step."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.catalogue.items import Kind, grant_key
from kiosk.common.purses import purse_of
from kiosk.counter import Counter
from kiosk.journal.proof import prove
from kiosk.ledger.accounts import cash_box, courtesy, held, own_money, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.holds import capture, hold, release
from kiosk.ledger.rights import Grant, Recall, courtesy_given_fen
from kiosk.ledger.tables import balances
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.actions import Canteen
from kiosk.services.listed import BOOKS
from kiosk.services.till.actions import Till
from tests.factories import SITE, World, grant, resident, site
from tests.unit.kiosk.services.canteen.test_canteen import tap

RESIDENT_CAP_FEN, POOL_CAP_FEN, GRANTED_FEN = 2200, 3000, 3100
PEOPLE = (1001, 1002)
FEN = st.sampled_from([1, 99, 300, 1000, 1499, 2600])
WHO = st.sampled_from(PEOPLE)
WHICH = st.integers(0, 6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["tap", "second", "next meal"]), WHO, st.just(0)),
        st.tuples(st.sampled_from(["top up", "hold", "grant", "recall"]), WHO, FEN),
        st.tuples(st.sampled_from(["refund", "capture"]), WHICH, FEN),
        st.tuples(st.sampled_from(["undo", "release"]), WHICH, st.just(0)),
    ),
    min_size=8,
    max_size=40,
)


class OneCounter:
    """One counter, what was done at it, and what must hold."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        caps = site(courtesy_resident_fen=RESIDENT_CAP_FEN, courtesy_pool_fen=POOL_CAP_FEN)
        self.world.publish(Kind.SITE, {SITE: caps})
        self.world.add(resident(1001), fen=GRANTED_FEN)
        self.world.add(resident(1002, home_site="fuyuan"), fen=0)
        self.grants = {
            1001: grant(1001, self.world.journal_id, GRANTED_FEN),
            1002: msgspec.structs.replace(grant(1002, self.world.journal_id, 0), home=False),
        }
        for each in self.grants.values():
            self.publish(each)
        self.counter: Counter = self.world.open()
        self.receipts: list[str] = []
        self.holds: list[int] = []
        self.wanted = dict.fromkeys(PEOPLE, 0)

    def publish(self, changed: Grant) -> None:
        self.world.publish(Kind.GRANT, {grant_key(changed.account): changed})

    def do(self, n: int, act: str, which: int, fen: int) -> None:
        till, request_id = self.counter[Till], f"request-{n}"
        receipt = self.receipts[which % len(self.receipts)] if self.receipts else "0-"
        match act:
            case "tap":
                self.receipts.append(tap(self.counter, which).receipt)
            case "second":
                self.receipts.append(self.counter[Canteen].second_portion(which, request_id).receipt)
            case "next meal":
                self.world.time.advance(hours=18 if self.world.time.wall_ms % 86_400_000 > 30_000_000 else 6)
            case "top up":
                self.receipts.append(till.top_up(which, fen, request_id).receipt)
            case "refund":
                till.refund(receipt, fen, request_id)
            case "undo":
                till.undo(receipt, request_id)
            case "grant":
                known = self.grants[which]
                self.grants[which] = msgspec.structs.replace(
                    known, granted=known.granted + fen, balance=known.balance + fen
                )
                self.publish(self.grants[which])
            case "recall":
                self.wanted[which] += fen
                asked = Recall(
                    account=own_money(which),
                    unit=Unit.FEN,
                    journal_id=self.world.journal_id,
                    returned=self.wanted[which],
                )
                self.world.publish(Kind.RECALL, {grant_key(own_money(which)): asked})
                self.counter.returning.step()
            case "hold":
                with self.counter.journal.writing() as writing:
                    purse = purse_of(writing, self.counter.catalogue, which)
                    made = hold(writing, purse, which, fen, "test", at=self.counter.clock.now())
                self.holds.append(made.record.seq)
            case "capture" | "release":
                self.settle(self.holds[which % len(self.holds)] if self.holds else 0, fen)

    def settle(self, seq: int, fen: int) -> None:
        with self.counter.journal.writing() as writing:
            if fen:
                capture(writing, seq, fen, revenue("charging", SITE), at=self.counter.clock.now())
            else:
                release(writing, seq, at=self.counter.clock.now())

    def check(self) -> None:
        sums = self.sums()
        for unit in Unit:
            assert sum(fen for (_, each), fen in sums.items() if each == unit) == 0
        for number in PEOPLE:
            with self.counter.journal.writing() as writing:
                now = purse_of(writing, self.counter.catalogue, number)
            assert now.outstanding >= 0, "nobody spends more than this kiosk may"
            owed = -sums.get((courtesy(number), "FEN"), 0)
            assert 0 <= owed <= RESIDENT_CAP_FEN, "courtesy keeps its cap, and is never overpaid"
            assert now.known_courtesy == owed
            assert sums.get((held(number), "FEN"), 0) >= 0
        with self.counter.reader.connect() as connection:
            assert courtesy_given_fen(connection, self.counter.journal.key) <= POOL_CAP_FEN
        for account in (revenue("canteen", SITE), revenue("charging", SITE)):
            assert sums.get((account, "FEN"), 0) >= 0, "no more is given back than was taken"
        assert sums.get((cash_box(SITE), "FEN"), 0) <= 0, "no more cash is handed out than came in"
        programmes = [fen for (account, _), fen in sums.items() if account.startswith("programme/")]
        assert all(fen <= 0 for fen in programmes), "a programme is never given more back than it paid"

    def sums(self) -> dict[tuple[str, str], int]:
        with self.counter.reader.connect() as connection:
            return {
                (row.account, row.unit): row.credits - row.debits
                for row in connection.execute(sa.select(balances))
            }


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_is_done_the_sums_hold(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        till = OneCounter(Path(folder))
        for n, step in enumerate(steps):
            with suppress(Refusal):
                till.do(n, *step)
            till.check()
        with till.counter.reader.connect() as connection, connection.begin():
            assert prove(connection, till.counter.journal.key, BOOKS).findings == []
        till.counter.close()
