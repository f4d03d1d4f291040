"""What can be done in a town, by name. Each takes the town, a kiosk's name or nothing, and figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from kiosk.catalogue.items import Kind
from kiosk.people.cards import Block, CardStatus, nfc_token
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.items import MENU, Menu, menu_key
from kiosk.services.till.actions import Till
from tests.factories import uid_of
from tests.simulation.judged.invariants import office_records, recovered_at, rights_uncovered
from tests.simulation.judged.oracle import NOTHING, SUBSIDISED, Broken, Wish
from tests.simulation.kiosk import CATALOGUE, SimKiosk
from tests.simulation.steps import DAY_MS, MINUTE_MS
from tests.simulation.town import Town

SPOILT = (  # what a page that went wrong makes of tables that follow from the records
    "DELETE FROM servings",
    "DELETE FROM follow_ups",
    "UPDATE balances SET debits = debits + 100",
    "UPDATE servings SET portion = 2",
    "UPDATE requests SET seq = 1",
    "DELETE FROM cash_moves",
)
Act = Callable[..., None]
ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    ACTS[function.__name__] = function
    return function


# People at a counter


@act
def tap(town: Town, where: str, card: int) -> None:
    """A card is laid on the reader; staff say which meal it is if they are asked."""
    kiosk = town.running(where)
    code = _tap_once(town, kiosk, card)
    meal = town.oracle.open_meal(town.at_ms)
    if code == "clock_uncertain" and meal:
        kiosk.confirm_meal(date.fromisoformat(meal[0]), meal[1])
        town.read(kiosk, NOTHING)
        town.detections["clock_uncertain: staff were asked"] += 1
        town.say(where, f"staff say that it is {meal[1]}")
        _tap_once(town, kiosk, card)


def _tap_once(town: Town, kiosk: SimKiosk, card: int) -> str:
    resident = town.cards.get(card, card % 10_000)
    had_before = _has_eaten(town, resident)
    words = town.settle(kiosk, Wish("meal", resident, SUBSIDISED), kiosk.tap(card))
    town.say(kiosk.name, f"{card} taps -> {words}")
    code = words.split(" ")[0]
    _check_answer(town, kiosk.name, card, code, had_before)
    return code


def _has_eaten(town: Town, resident: int) -> bool:
    meal = town.oracle.open_meal(town.at_ms)
    return bool(meal and town.oracle.eaten[resident, *meal])


def _check_answer(town: Town, where: str, card: int, code: str, had_before: bool) -> None:
    """Nobody is sent away without a reason that is true, and who should be is."""
    right_day = where not in town.oracle.told_wrong and not town.oracle.office_misled
    if code in ("already_served", "eaten_elsewhere") and not had_before and right_day:
        raise Broken("fed_when_due", f"{where}: {card} was told to have eaten and has not")
    if code == "outside_meal_hours" and town.oracle.open_meal(town.at_ms) and right_day:
        raise Broken("fed_when_due", f"{where}: a meal is open and the kiosk says that none is")
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
    answer = kiosk.do(
        lambda: kiosk.kiosk.desk.answer(lambda counter: counter[Canteen].second_portion(resident, request_id))
    )
    words = town.settle(kiosk, Wish("meal", resident), answer)
    remember(town, request_id, answer)
    town.say(where, f"second portion for {resident} -> {words}")


@act
def topup(town: Town, where: str, resident: int, fen: int, request: str) -> None:
    """Cash over the counter."""
    kiosk = town.running(where)
    request_id = f"{where} {request}"
    answer = kiosk.do(
        lambda: kiosk.kiosk.desk.answer(lambda counter: counter[Till].top_up(resident, fen, request_id))
    )
    words = town.settle(kiosk, Wish("topup", resident, fen=fen), answer)
    remember(town, request_id, answer)
    town.say(where, f"{resident} pays in {fen} fen -> {words}")


@act
def refund(town: Town, where: str, back: int, fen: int, request: str) -> None:
    """Part of an earlier portion is given back; staff may ask for too much."""
    kiosk = town.running(where)
    sale = town.oracle.last_of(where, ("meal",), back)
    if sale is not None:
        request_id = f"{where} {request}"
        answer = kiosk.do(
            lambda: kiosk.kiosk.desk.answer(
                lambda counter: counter[Till].refund(sale.receipt, fen, request_id)
            )
        )
        words = town.settle(kiosk, Wish("refund", fen=fen, receipt=sale.receipt), answer)
        remember(town, request_id, answer)
        town.say(where, f"{fen} fen back for {sale.receipt} -> {words}")


@act
def undo(town: Town, where: str, back: int, request: str) -> None:
    """A slip of the finger: a sale or a top-up is undone."""
    kiosk = town.running(where)
    done = town.oracle.last_of(where, ("meal", "topup"), back)
    if done is not None:
        request_id = f"{where} {request}"
        answer = kiosk.do(
            lambda: kiosk.kiosk.desk.answer(lambda counter: counter[Till].undo(done.receipt, request_id))
        )
        words = town.settle(kiosk, Wish("reversal", receipt=done.receipt), answer)
        remember(town, request_id, answer)
        town.say(where, f"undo {done.receipt} -> {words}")


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
def cash_limit(town: Town, _where: str, fen: int) -> None:
    """What any kiosk takes in beyond this is money elsewhere only when a clerk has seen it."""
    town.limit_cash(fen)
    town.say("", f"cash is believed up to {fen} fen")


@act
def bank(town: Town, where: str) -> None:
    """A clerk sees what a kiosk has taken in, as far as the office has heard."""
    (waiting_fen,) = town.office.ask("SELECT sum(waiting) FROM grants")[0]
    fen = town.office.see_cash(town.running(where).device_id)
    town.count("people", "banked")
    town.detections["cash beyond the limit: it waited for a clerk"] += bool(waiting_fen)
    town.say("", f"{fen} fen from kiosk {where} are banked")


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


@act
def move(town: Town, _where: str, resident: int, site: str) -> None:
    """A resident moves to another site, whose kiosk is their home from now on; courtesy is as it was."""
    town.office.move(resident, site, date(town.oracle.born[resident], 1, 1))
    town.oracle.moved.add(resident)
    town.count("people", "moved_home")
    town.say("", f"{resident} moves to {site}")


@act
def visit(town: Town, where: str, what: str, card: int, request: str) -> None:
    """Somebody comes for a book, a coffee or time; what they are told was written is."""
    kiosk = town.running(where)
    request_id = f"{where} {request}"
    answer = kiosk.visit(what, card, request_id)
    if answer.died or not kiosk.running:
        town.boot(kiosk)
    town.read(kiosk, NOTHING)
    outcome = answer.outcome
    if outcome is not None and outcome.code == "internal_error":
        raise Broken("no_defect", f"{kiosk.name}: internal_error")
    written = {fact.receipt for fact in town.oracle.facts if fact.kiosk == kiosk.name}
    if outcome is not None and outcome.receipt and outcome.receipt not in written:
        raise Broken("durable_is_present", f"{kiosk.name} showed {outcome.receipt}, which is not there")
    remember(town, request_id, answer)
    town.say(where, f"{card} comes for {what} -> {outcome.code if outcome else 'nothing'}")


@act
def cup_over(town: Town, where: str, is_empty: int) -> None:
    """The machine is done with what was under way, and the kiosk asks it at its next look."""
    kiosk = town.running(where)
    kiosk.machine.finish(is_empty=bool(is_empty))
    kiosk.look()
    town.read(kiosk, NOTHING)


@act
def hours(town: Town, where: str, resident: int, minutes: int) -> None:
    """A volunteer's time is written down: an account beside their money, in another unit."""
    kiosk = town.running(where)
    answer = kiosk.do(lambda: kiosk.write_hours(resident, minutes))
    town.settle(kiosk, NOTHING, answer)
    town.say(where, f"{resident} has worked for {minutes} minutes")


# The exchange


@act
def sync(town: Town, where: str) -> None:
    """One round of the sync process."""
    kiosk = town.running(where)
    trouble = town.exchange(kiosk)
    town.check_exposure()
    for detail in rights_uncovered(town):
        raise Broken("spend_within_rights", detail)
    if not trouble:
        town.oracle.heard(where)
    if not (trouble and town.office.restores):
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
def spoil_table(town: Town, where: str, chance: int) -> None:
    """A table that follows from records goes wrong while the kiosk is off."""
    kiosk = town.running(where)
    kiosk.spoil(SPOILT[chance % len(SPOILT)])
    town.boot(kiosk)
    town.count("kiosk", "table_spoilt")
    town.say(where, "a derived table went wrong, and it starts again")


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
        town.office.publish(MENU, key, Menu(dishes=(dish,)))
    else:
        town.office.withdraw(MENU, key)
    town.say("", f"menu {day}: {dish or 'withdrawn'}")


@act
def office_clock(town: Town, _where: str, error_ms: int) -> None:
    town.office.clock_error_ms = error_ms
    town.oracle.office_misled = True
    town.count("office", "wrong_clock")
    town.say("", f"its clock is {error_ms // 60_000} minutes off")


@act
def office_backup(town: Town, _where: str) -> None:
    town.office.back_up()
    town.say("", "the books are backed up")


@act
def office_restore(town: Town, _where: str) -> None:
    """The books go back to the last backup; what people did at the office since, they do again."""
    if not town.oracle.went_back and town.office.restore():  # what both had lost would be nowhere
        town.count("office", "backup_restored")
        town.say("", "the books are put back to the backup, and what was done at the desk is done again")


# Clocks


@act
def boot_at(town: Town, where: str, error_ms: int) -> None:
    """The power goes, and the kiosk comes back with a wrong wall clock."""
    kiosk = town.running(where)
    kiosk.lose_power()
    kiosk.clock_error_ms = error_ms
    town.boot(kiosk)
    town.count("clock", _clock_fault(error_ms))
    town.say(where, f"starts anew, its clock {error_ms // MINUTE_MS} minutes off")


def _clock_fault(error_ms: int) -> str:
    if error_ms > 365 * DAY_MS:
        return "ten_years_ahead"
    return "boot_in_1970" if error_ms < -365 * DAY_MS else "stale_boot"


@act
def clock_jump(town: Town, where: str, error_ms: int) -> None:
    """Somebody sets the clock of a kiosk that has heard the office."""
    kiosk = town.running(where)
    if kiosk.heard:
        kiosk.clock_error_ms = error_ms
        town.count("clock", "jump_ahead" if error_ms > 0 else "jump_back")
        town.say(where, f"somebody sets its clock {error_ms // MINUTE_MS} minutes off")


@act
def drift(town: Town, where: str, ppm: int) -> None:
    """From the next boot on the crystal is off by so much."""
    kiosk = town.running(where)
    kiosk.lose_power()
    kiosk.drift_ppm = ppm
    town.boot(kiosk)
    town.count("clock", "drift")


# Disks that go back in time


@act
def keep_image(town: Town, where: str) -> None:
    kiosk = town.running(where)
    kiosk.keep_image(town.folder / f"old-{where}")
    town.images[where] = town.oracle.chain_of(where)
    town.say(where, "somebody copies its SD card")


@act
def put_back(town: Town, where: str) -> None:
    """The old image runs again. What nobody else has heard of since is gone with the newer card."""
    chain = town.images.get(where)
    if chain is None:
        return
    kiosk = town.running(where)
    town.read(kiosk, NOTHING)
    there = office_records(town)
    kept = {(journal_id, seq, raw) for (journal_id, seq), raw in there.items()} | recovered_at(there)
    lost = town.oracle.roll_back(where, chain, lambda fact: (fact.journal_id, fact.seq, fact.raw) in kept)
    newest = max(chain, key=lambda journal_id: chain[journal_id][0], default=b"")
    kiosk.put_back(town.folder / f"old-{where}")
    town.boot(kiosk)
    town.oracle.known_version[where] = town.oracle.known_lost[where] = 0
    ahead = [seq for (journal_id, seq) in there if journal_id == newest and seq > chain[newest][0]]
    town.count("kiosk", "image_restored")
    if ahead:
        town.to_be_found[where] = newest
    town.say(where, f"runs from its old SD card; {lost} records are gone, {len(ahead)} are at the office")


@act
def clone(town: Town, where: str) -> None:
    """The SD card is copied into a second device, and both are used."""
    kiosk, twin = town.running(where), f"{where}2"
    if twin in town.kiosks:
        return
    town.read(kiosk, NOTHING)
    other = SimKiosk(town.folder / f"kiosk-{twin}", twin, kiosk.site, town.now_ms)
    other.settings = kiosk.settings_in(other.folder)
    kiosk.keep_image(other.folder)
    town.kiosks[twin] = other
    for journal_id, place in town.oracle.chain_of(where).items():
        town.oracle.chain[twin, journal_id] = place
    town.oracle.went_back |= {where, twin}
    town.boot(other)
    town.count("kiosk", "image_cloned")
    town.say(where, f"its SD card is copied into another device, {twin}")
