"""What must hold of charging once everybody has been heard and has gone home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kiosk.services.charging.actions import Charging
from kiosk.services.charging.machine.session import OVER
from tests.simulation.judged.invariants import invariant
from tests.simulation.judged.sessions import BEGUN, ENDED
from tests.simulation.town import Town

NEVER_SAID = ("charging_billed_twice", "charging_late", "charging_doubtful")


@invariant
def no_current_for_nobody(town: Town) -> Iterator[str]:
    """(16) No socket is on without a session that lives."""
    for kiosk in town.kiosks.values():
        charging = kiosk.kiosk.counter()[Charging]
        live = {each.order for each in charging.sockets() if each.order and each.state not in OVER}
        for number, socket in kiosk.shelter.box.all.items():
            if socket.order and socket.order not in live:
                yield f"{kiosk.name}: socket {number} is on for {socket.order}, which is over"


@invariant
def sessions_end_once(town: Town) -> Iterator[str]:
    """(16) Whatever began has ended, and is paid; nothing waits."""
    ended = Counter(fact.fields[10][5] for fact in town.oracle.facts if fact.kind == ENDED)
    begun = {fact.fields[10][0]: fact for fact in town.oracle.facts if fact.kind == BEGUN}
    for order, fact in begun.items() if not town.oracle.went_back else ():
        if ended[order] != 1:
            yield f"{fact.kiosk} {fact.receipt}: {order} has ended {ended[order]} times"


@invariant
def bills_are_what_sessions_came_to(town: Town) -> Iterator[str]:
    """(7) The office's report has each session once, with its energy and both fees, and no other."""
    said = Counter(
        town.office.ask("SELECT order_id, energy_wh, electricity_fen, service_fen FROM charging_bills")
    )
    bodies = [fact.fields[10] for fact in town.oracle.facts if fact.kind == ENDED]
    true = Counter((body[5], body[14], body[18], body[19]) for body in bodies)
    differs = (said - true) + (true - said)
    for each in sorted(differs) if not town.oracle.went_back else ():
        yield f"{each}: {said[each]} bills, {true[each]} sessions"


@invariant
def nobody_is_accused_of_charging(town: Town) -> Iterator[str]:
    """(6) No register is doubted that nobody changed, no energy is said to be billed twice."""
    if town.oracle.went_back or town.faults["charging", "meter_changed"]:
        return
    for code, detail in town.office.ask("SELECT code, detail FROM reviews"):
        if code in NEVER_SAID:
            yield f"review {code}: {detail}"
