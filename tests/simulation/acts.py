"""What can be done in a town, by name. Each takes the town, a kiosk's name or nothing, and figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.catalogue import Kind, Menu, menu_key
from kiosk.people.cards import Block, CardStatus, nfc_token
from tests.factories import uid_of
from tests.simulation.kiosk import CATALOGUE, SimKiosk
from tests.simulation.oracle import NOTHING, SUBSIDISED, Broken, Wish
from tests.simulation.town import Town

Act = Callable[..., None]
ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    ACTS[function.__name__] = function
    return function


# People at a counter


@act
def tap(town: Town, where: str, card: int) -> None:
    """A card is laid on the reader."""
    kiosk = town.running(where)
    resident = town.cards.get(card, card % 10_000)
    wish = Wish("meal", resident, SUBSIDISED)
    meal = town.oracle.open_meal(town.at_ms)
    words = town.settle(kiosk, wish, kiosk.tap(card))
    town.say(where, f"{card} taps -> {words}")
    code = words.split(" ")[0]
    if code == "already_served" and not (meal and town.oracle.eaten[resident, *meal]):
        raise Broken("fed_when_due", f"{where}: {resident} was told to have eaten and has not")
    if code == "outside_meal_hours" and meal:
        raise Broken("fed_when_due", f"{where}: {meal} is open and the kiosk says it is not")
    if code == "card_blocked" and card not in town.oracle.lost_cards:
        raise Broken("fed_when_due", f"{where}: card {card} was never lost")
    known = town.oracle.lost_cards[: town.oracle.known_lost[where]]
    if code == "served" and card in known:
        raise Broken("lost_card_stopped", f"{where}: the block of card {card} was there before")


@act
def portion(town: Town, where: str, resident: int, request: str) -> None:
    """Staff touch `second portion`, or touch it once more under the same request."""
    kiosk = town.running(where)
    request_id = f"{where} {request}"
    answer = kiosk.do(lambda: kiosk.kiosk.second_portion(resident, request_id))
    words = town.settle(kiosk, Wish("meal", resident), answer)
    remember(town, request_id, answer)
    town.say(where, f"second portion for {resident} -> {words}")


def remember(town: Town, request_id: str, answer: Any) -> None:
    """The same request must get the same receipt for ever."""
    receipt = answer.outcome.receipt if answer.outcome else ""
    if receipt and town.answers.setdefault(request_id, receipt) != receipt:
        raise Broken("nothing_twice", f"{request_id}: {town.answers[request_id]}, then {receipt}")


# The office and its people


@act
def office_topup(town: Town, _where: str, resident: int, fen: int, request: str) -> None:
    """A resident pays in at the office; a double click asks twice under one id."""
    town.book(resident, fen, request)
    town.say("", f"{resident} pays in {fen} fen ({request})")


@act
def new_prices(town: Town, _where: str, dearer_fen: int) -> None:
    """Another price list from now on; kiosks that are cut off learn of it later."""
    prices = {
        rule: (full + dearer_fen, own + dearer_fen) for rule, (full, own) in town.oracle.prices[0].items()
    }
    town.set_prices(prices)
    town.count("office", "rules_changed")
    town.say("", f"every meal is {dearer_fen} fen dearer than at first")


@act
def lose_card(town: Town, _where: str, card: int) -> None:
    """A card is reported lost; whoever has it may go on tapping."""
    token = nfc_token(uid_of(card))
    town.office.publish(Kind.BLOCK, token, Block(token=token, status=CardStatus.LOST))
    town.oracle.lost_cards.append(card)
    town.count("people", "lost_card")
    town.say("", f"card {card} is reported lost")


@act
def second_card(town: Town, _where: str, card: int, resident: int) -> None:
    """A second card for one account."""
    town.issue_card(card, resident)
    town.count("people", "two_cards_one_account")
    town.say("", f"card {card} is issued to {resident}")


# The exchange


@act
def sync(town: Town, where: str) -> None:
    """One round of the sync process."""
    kiosk = town.running(where)
    with town.wired():
        trouble = kiosk.sync()
    kiosk.look()
    town.read(kiosk, NOTHING)
    if not trouble:
        town.oracle.heard(where)
    acks_survive(town, kiosk)
    town.say(where, f"exchange -> {trouble or 'done'}")


def acks_survive(town: Town, kiosk: SimKiosk) -> None:
    """(9) What a kiosk takes for delivered is at the office, whatever the office has been through."""
    heads = dict(town.office.ask("SELECT journal_id, head_seq FROM journals"))
    for journal_id, acked in kiosk.ask(CATALOGUE, "SELECT journal_id, acked_seq FROM journal_cursors"):
        if acked > heads.get(journal_id, 0):
            raise Broken(
                "acks_survive", f"{kiosk.name}: {acked} acknowledged, {heads.get(journal_id, 0)} there"
            )


@act
def net(town: Town, where: str, after: int, fault: str, place: int) -> None:
    """A fault waits for one of the next exchanges."""
    town.network.spoil(where, after, fault, place)


@act
def cut_off(town: Town, where: str) -> None:
    town.network.cut_off.add(where)
    town.count("net", "partition")
    town.say(where, "the network is gone")


@act
def reconnect(town: Town, where: str) -> None:
    town.network.cut_off.discard(where)
    town.say(where, "the network is back")


# Machines


@act
def power(town: Town, where: str, statement: int) -> None:
    """The power will go at the counter's statement of that number, or right after the next thing done."""
    town.running(where).cut_at = statement
    town.count("kiosk", "killed_at_a_statement")


@act
def power_now(town: Town, where: str) -> None:
    kiosk = town.running(where)
    kiosk.lose_power()
    town.boot(kiosk)
    town.count("kiosk", "power_cut")
    town.say(where, "the power goes and comes back")


@act
def disk(town: Town, where: str, state: str) -> None:
    """The disk is full, read-only, or well again."""
    kiosk = town.running(where)
    {"full": kiosk.fill_disk, "frozen": kiosk.freeze_disk, "well": kiosk.free_disk}[state]()
    if state != "well":
        town.count("kiosk", f"disk_{state}")
    town.say(where, f"the disk is {state}")


@act
def lose_catalogue(town: Town, where: str) -> None:
    kiosk = town.running(where)
    kiosk.lose_catalogue()
    town.boot(kiosk)
    town.oracle.known_version[where] = town.oracle.known_lost[where] = 0
    town.count("kiosk", "catalogue_deleted")
    town.say(where, "catalogue.db is gone")


@act
def office_dies(town: Town, _where: str, requests: int, statement: int) -> None:
    """The office's process will die in a request from now: after its answer, or before a statement of it."""
    town.office.dies_in, town.office.dies_at_statement = requests, statement
    town.count("office", "died_before_commit" if statement else "died_after_answer")


@act
def menu(town: Town, _where: str, day: int, dish: str) -> None:
    """A menu is published, or withdrawn when there is no dish."""
    key = menu_key("east", str(day), "lunch")
    if dish:
        town.office.publish(Kind.MENU, key, Menu(dishes=(dish,)))
    else:
        town.office.withdraw(Kind.MENU, key)
    town.say("", f"menu {day}: {dish or 'withdrawn'}")


@act
def office_clock(town: Town, _where: str, error_ms: int) -> None:
    town.office.clock_error_ms = error_ms
    town.count("office", "wrong_clock")
    town.say("", f"its clock is {error_ms // 60_000} minutes off")
