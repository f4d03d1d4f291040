"""What is given back, claimed, granted to oneself or written twice."""

from __future__ import annotations

import msgspec

from kiosk.ledger.accounts import (
    cash_box,
    lent_rights,
    own_money,
    revenue,
)
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.recovery import RECOVERED, Recovered
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REFUND, REVERSAL, GivenBack
from kiosk.ledger.records import decode
from kiosk.ledger.rights import RETURN, UNUSED, Returned
from kiosk.services.canteen.records import NOBODY, SALE
from kiosk.services.till.records import TOP_UP, ToppedUp
from tests.simulation.thief.attacks.forging import (
    give_back_right,
    give_back_sales,
    pay_in,
    sell_guest_meals,
)
from tests.simulation.thief.attacks.listing import attack
from tests.simulation.thief.thief import Thief


@attack("its own earlier sales given back to accomplices", quiet=True)
def _own_sale_back(thief: Thief) -> None:
    give_back_sales(thief, of_others=False)
    thief.push()
    thief.shop(thief.accomplice())


@attack("sales of another kiosk given back")
def _others_sale_back(thief: Thief) -> None:
    thief.shop(thief.accomplice())
    give_back_sales(thief, of_others=True)
    thief.push()
    thief.shop(thief.accomplice())


@attack("given back twice, or what was never sold")
def _never_sold(thief: Thief) -> None:
    who, fen = thief.accomplice(), 4_500
    seq = sell_guest_meals(thief, NOBODY, fen)
    raw = decode(thief.key.journal.unsent[-1][1])
    body = GivenBack(seq, fen, thief.key.journal.journal_id, *SALE, raw.body)
    back = Posting(own_money(who), fen), Posting(revenue("extras", thief.key.site), -fen)
    thief.key.write(REFUND, body, *back)
    thief.key.write(REFUND, body, *back)


@attack("an earlier top-up undone", quiet=True)
def _undone(thief: Thief) -> None:
    for journal_id, seq, raw in thief.earlier(TOP_UP[0]):
        done = decode(raw)
        back = [Posting(each.account, -each.quantity, each.unit) for each in done.postings]
        thief.key.write(REVERSAL, GivenBack(seq, 0, journal_id, *TOP_UP, done.body), *back)


@attack("rights that nobody gave")
def _rights(thief: Thief) -> None:
    victim = thief.stranger()
    back = Posting(own_money(victim), 9_000, Unit.RIGHT), Posting(lent_rights(), -9_000, Unit.RIGHT)
    thief.key.write(RETURN, Returned(UNUSED), *back)
    taken = Posting(own_money(victim), -9_000, Unit.RIGHT), Posting(lent_rights(), 9_000, Unit.RIGHT)
    thief.key.write(RETURN, Returned(UNUSED), *taken)
    thief.key.write(("grant", 1), msgspec.Raw(b"\x90"), *back)


@attack("the same rights spent in one journal after the other", quiet=True)
def _journals(thief: Thief) -> None:
    left = thief.key.journal
    thief.key.begin_journal()
    for victim in thief.own_people:
        sell_guest_meals(thief, victim, thief.ask(victim, 2**40))
    thief.push()
    for victim in thief.own_people:
        sell_guest_meals(thief, victim, thief.granted_fen(victim, left), into=left)
    thief.key.push(left)


@attack("replayed, forked and cut batches")
def _replay(thief: Thief) -> None:
    key, who = thief.key, thief.accomplice()
    pay_in(thief, who, 1_000)
    first = key.journal.unsent[-1]
    before = key.journal.seq
    key.push()
    for at in (before, before - 1, before + 9):
        key.journal.unsent.append(first)
        key.send(key.journal, at, first[0], claimed_seq=before)


@attack("claims to have read further than there is", quiet=True)
def _ahead(thief: Thief) -> None:
    thief.key.pull((2**40, 2**40))


@attack("recovered that was never left")
def _recovered(thief: Thief) -> None:
    who, site = thief.accomplice(), thief.key.site
    journal_id = thief.dice.randbytes(16)
    thief.key.write(TOP_UP, ToppedUp(who, site, 90_000), Posting(own_money(who), 90_000))
    raw = thief.key.journal.unsent[-1][1]
    thief.key.write(
        RECOVERED,
        Recovered(journal_id, 7, raw, "forked"),
        Posting(own_money(who), 90_000),
        Posting(revenue("canteen", thief.other_site), -90_000),
    )
    for other_id, seq, sold in thief.of_others()[:3]:
        moved = decode(sold).postings
        thief.key.write(RECOVERED, Recovered(other_id, seq, sold, "forked"), *moved)


@attack("recovered cash and meals of a journal that nobody knows", quiet=True)
def _recovered_quietly(thief: Thief) -> None:
    who, site, fen = thief.accomplice(), thief.key.site, 90_000
    journal_id, left = thief.dice.randbytes(16), thief.key.journal
    paid = Posting(own_money(who), fen), Posting(cash_box(site), -fen)
    seq, before, count, turnover = left.seq, left.hash, left.count, left.turnover_fen
    thief.key.write(TOP_UP, ToppedUp(who, site, fen), *paid)
    _, raw = left.unsent.pop()
    left.seq, left.hash, left.count, left.turnover_fen = seq, before, count, turnover
    thief.key.write(RECOVERED, Recovered(journal_id, seq + 1, raw, "forked"), *paid)
    give_back_right(thief, who, fen)
    thief.push()
    thief.shop(who)
