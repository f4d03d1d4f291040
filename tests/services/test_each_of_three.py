"""Whatever a service of the list wrote is printed, proved, told again, taken back and recovered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from kiosk.common.outcomes import Outcome
from kiosk.journal.identity import read_identity
from kiosk.journal.incarnation import FORKED
from kiosk.journal.proof import examine
from kiosk.ledger.follow_ups import by_receipt
from kiosk.ledger.sql import run
from kiosk.services.contract import offered
from kiosk.services.listed import SERVICES
from kiosk.services.till.actions import Till
from tests.factories import World, resident
from tests.services.coffee_machine.actions import Coffee
from tests.services.coffee_machine.people import MachineBeside, with_machine
from tests.services.coffee_machine.service import COFFEE
from tests.services.killed import come
from tests.services.test_left_out import WHO, close, opened
from tests.services.three import THREE, Tried
from tests.unit.kiosk.journal.test_renewal import object_to


class Tryout:
    """A kiosk with all services of the house and one more; whoever comes for that has come."""

    def __init__(self, world: World, tried: Tried) -> None:
        machine = MachineBeside()
        service = with_machine(machine) if tried.service is COFFEE else tried.service
        self.listed = (*SERVICES, service)
        self.offered, self.words = offered(self.listed), service.words
        self.kiosk = opened(world, self.listed)
        self.told: list[Outcome] = []
        for n, visit in enumerate(tried.visits):
            self.told.append(self.kiosk.desk.act(partial(come, visit, f"touch {n}")))
            machine.finish()
        if tried.service is COFFEE:
            coffee = self.kiosk.counter()[Coffee]
            coffee.step()
            self.told += [ended for each in machine.answers() if (ended := coffee.ended(each))]

    def undo(self, receipt: str) -> Outcome:
        return self.kiosk.desk.act(lambda counter: counter[Till].undo(receipt, f"undo {receipt}"))

    def holds(self) -> bool:
        """`kiosk journal verify`."""
        counter = self.kiosk.counter()
        with counter.reader.connect() as connection, connection.begin():
            return examine(connection, counter.journal.key, self.offered.books).holds

    def stands(self) -> dict[tuple[str, str], int]:
        """What the accounts of the journal that is written come to, with their units."""
        counter = self.kiosk.counter()
        with counter.reader.connect() as connection, connection.begin():
            rows = run(
                connection,
                "SELECT account, unit, credits - debits FROM balances WHERE journal_id = ?",
                (counter.journal.key.journal_id,),
            )
        return {(account, unit): quantity for account, unit, quantity in rows if quantity}

    def can_be_taken_back(self, outcome: Outcome) -> bool:
        counter = self.kiosk.counter()
        with counter.reader.connect() as connection, connection.begin():
            found = by_receipt(connection, counter.journal.key, outcome.receipt)
        assert found is not None
        return (found.record.kind, found.record.version) in self.offered.sold


@pytest.fixture(params=THREE, ids=lambda tried: tried.service.name)
def tryout(request: pytest.FixtureRequest, world: World) -> Iterator[Tryout]:
    world.add(resident(WHO), fen=10_000)
    made = Tryout(world, request.param)
    yield made
    close(made.kiosk)


def test_it_is_written_proved_and_printed(tryout: Tryout) -> None:
    assert all(each.receipt for each in tryout.told), "each visit wrote something"
    assert tryout.holds()
    printed = [each for each in tryout.told if each.code in tryout.words.receipts]
    assert printed, "nothing of it is printed"
    for each in printed:
        slip = tryout.kiosk._receipt(each)
        assert slip is not None
        assert each.receipt in str(slip)


def test_it_is_taken_back_once_and_nothing_of_it_stands(tryout: Tryout) -> None:
    """Only what the service names as sold; the rest is refused."""
    for each in tryout.told:
        before = tryout.stands()
        undone = tryout.undo(each.receipt)
        if tryout.can_be_taken_back(each):
            assert (undone.code, undone.takes_back) == ("undone", each.receipt)
            assert tryout.undo(each.receipt).receipt == undone.receipt, "the same touch, the same answer"
        else:
            assert (undone.code, tryout.stands()) == ("nothing_to_give_back", before)
    assert tryout.holds()


def test_it_is_recovered_into_a_new_journal(world: World, tryout: Tryout) -> None:
    kiosk, before = tryout.kiosk, tryout.stands()
    first = kiosk.counter().journal.key
    object_to(world, first.journal_id, FORKED, 1)
    kiosk.look()
    kiosk.look()
    assert read_identity(world.folder).journal != first
    assert (tryout.stands(), tryout.holds()) == (before, True)
    for each in tryout.told:
        assert tryout.undo(each.receipt).code == "receipt_unknown", "a receipt is good for its own journal"
