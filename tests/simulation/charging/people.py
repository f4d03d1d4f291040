"""What people, machines and the office do at the sockets of a town."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal
from kiosk.services.charging.actions import Charging
from kiosk.services.charging.items import SocketPlace
from kiosk.services.charging.machine.session import FLOWING, OVER
from tests.simulation.acts import act
from tests.simulation.charging.shelter import box_of, label_of
from tests.simulation.judged.oracle import NOTHING, Broken, Wish
from tests.simulation.judged.sessions import BEGUN, LATE_MS
from tests.simulation.kiosk import SimKiosk
from tests.simulation.town import Town

SLIP_MS = 2_000


@act
def charging_prices(town: Town, _where: str, dearer_fen: int) -> None:
    """Who charges already goes on at the price with which they began."""
    town.set_charging_prices(dearer_fen)
    town.say("", f"charging is {dearer_fen} fen dearer than at first")


# People.


@act
def charge(town: Town, where: str, card: int, number: int, what: str, percent: int, cap_fen: int) -> None:
    """Somebody plugs in, touches the socket on the screen, and lays the card down."""
    kiosk = town.running(where)
    who = town.cards.get(card, card)
    if kiosk.shelter.is_taken(number):
        return
    kiosk.shelter.plug(number, what, percent)
    kiosk.look_at_sockets()
    town.sessions.wanted = (who, box_of(kiosk.name), number)
    words = _tap_at(town, kiosk, card, number, cap_fen, Wish(BEGUN, who))
    town.sessions.wanted = None
    town.say(kiosk.name, f"{card} charges at {number} -> {words}")


def _tap_at(town: Town, kiosk: SimKiosk, card: int, number: int, cap_fen: int, wish: Wish) -> str:
    try:
        kiosk.kiosk.counter()[Charging].choose(label_of(kiosk.name, number), cap_fen or None)
    except Refusal as refusal:
        return refusal.code
    return town.settle(kiosk, wish, kiosk.tap(card))


@act
def stop_charging(town: Town, where: str, card: int, number: int) -> None:
    """Whoever pays touches the socket and lays the card down twice; then the bicycle is taken away."""
    kiosk = town.running(where)
    order = kiosk.shelter.box.all[number].order
    begun = town.sessions.begun.get(order)
    if begun is not None and begun.body[2] == town.cards.get(card, card):
        _tap_at(town, kiosk, card, number, 0, NOTHING)
        town.at_ms += SLIP_MS
        kiosk = town.running(where)
        if _runs(kiosk, order):
            words = town.settle(kiosk, NOTHING, kiosk.tap(card))
            town.say(kiosk.name, f"{card} stops {number} -> {words}")
        town.at_ms += SLIP_MS
    town.running(where).shelter.unplug(number)


def _runs(kiosk: SimKiosk, order: str) -> bool:
    sockets = kiosk.kiosk.counter()[Charging].sockets()
    return any(each.order == order and each.state not in OVER for each in sockets)


@act
def unplug(town: Town, where: str, number: int) -> None:
    """Somebody takes a bicycle away, whatever it is in the midst of."""
    town.running(where).shelter.unplug(number)


@act
def charge_by_phone(town: Town, where: str, resident: int, number: int, percent: int, cap_fen: int) -> None:
    """Somebody has plugged in and touches the button of the office's page."""
    kiosk = town.running(where)
    if kiosk.shelter.is_taken(number):
        return
    kiosk.shelter.plug(number, "bicycle", percent)
    kiosk.look_at_sockets()
    place = SocketPlace(box=box_of(kiosk.name), number=number, label=label_of(kiosk.name, number))
    order, until_ms = town.office.start_by_phone(kiosk.site, place, resident, cap_fen)
    town.sessions.by_phone[order] = until_ms + LATE_MS
    for each in town.kiosks.values():
        if each.site == kiosk.site and each.running:
            town.exchange(each)
    town.say(
        where, f"{resident} starts {number} by phone -> {'on' if kiosk.shelter.box.is_on(number) else 'off'}"
    )


# What happens to the machines.


@act
def go_dark(town: Town, where: str, has_mains: int) -> None:
    """The kiosk is off until somebody switches it on, and the sockets with it unless they have power."""
    kiosk = town.running(where)
    is_charging = kiosk.shelter.is_on
    kiosk.lose_power()
    if not has_mains:
        kiosk.shelter.box.cut_power()
    town.count("charging", "dark_in_a_session" if is_charging else "dark")
    town.say(where, "goes dark")


@act
def lights_on(town: Town, where: str) -> None:
    town.running(where)
    town.say(where, "is switched on")


@act
def lose_progress(town: Town, where: str) -> None:
    """How far sessions were is lost, as with a small file that was damaged."""
    kiosk = town.running(where)
    kiosk.lose_progress()
    town.boot(kiosk)
    town.count("charging", "progress_lost")
    town.say(where, "charging.db is gone")


@act
def say_again(town: Town, where: str, number: int) -> None:
    """A box says once more how an earlier session ended, while another one goes on at its socket."""
    kiosk = town.running(where)
    order = kiosk.shelter.box.all[number].order
    over = town.sessions.last_ended(kiosk.shelter.box.name, number)
    kiosk.look_at_sockets()  # it may be about to end of itself
    town.read(kiosk, NOTHING)
    if not order or over is None or not _flows(kiosk, order):
        return
    kiosk.shelter.say_again(number, *over)
    kiosk.look_at_sockets()
    town.read(kiosk, NOTHING)
    town.count("charging", "said_again")
    town.say(where, f"the box of socket {number} says again how an earlier session ended")
    if not _flows(kiosk, order):
        raise Broken("late_words_end_nothing", f"{kiosk.name}: {order} was stopped by the word on {over[0]}")


def _flows(kiosk: SimKiosk, order: str) -> bool:
    sockets = kiosk.kiosk.counter()[Charging].sockets()
    return any(each.order == order and each.state in FLOWING for each in sockets)


@act
def change_meter(town: Town, where: str, number: int) -> None:
    """An electrician puts in another meter under whatever goes on, and its count begins anew."""
    socket = town.running(where).shelter.box.all[number]
    socket.meter += "+"
    socket.counted_wh = 0.0
    town.count("charging", "meter_changed")
    town.say(where, f"socket {number} has another meter")
