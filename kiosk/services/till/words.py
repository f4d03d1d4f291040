"""Money in and back."""

from __future__ import annotations

from kiosk.web.wordings.sentence import N_, TELL, Sentence

SENTENCES = {
    "topped_up": Sentence(
        N_("%(amount)s yuan topped up"),
        N_("The balance is %(balance)s yuan."),
        N_("%(amount)s yuan in cash taken in."),
    ),
    "topped_up.repaid": Sentence(
        N_("%(amount)s yuan topped up"),
        N_("%(repaid)s yuan of it settled what was noted down. The balance is %(balance)s yuan."),
        N_("%(amount)s yuan in cash taken in, %(repaid)s of it for what was noted down."),
    ),
    "refunded": Sentence(
        N_("%(back)s yuan given back"),
        N_("The balance is %(balance)s yuan."),
        N_("%(amount)s yuan of the price given back, %(back)s to the resident. Balance %(balance)s yuan."),
    ),
    "refunded.noted": Sentence(
        N_("%(back)s yuan given back"),
        N_("%(repaid)s yuan of it is no longer noted down. The balance is %(balance)s yuan."),
        N_("%(back)s yuan given back, %(repaid)s of it off what was noted down. Balance %(balance)s yuan."),
    ),
    "undone": Sentence(
        N_("%(back)s yuan given back"),
        N_("The balance is %(balance)s yuan."),
        N_("Taken back: %(back)s yuan given back, balance %(balance)s yuan."),
    ),
    "undone.meal": Sentence(
        N_("%(back)s yuan given back"),
        N_("The balance is %(balance)s yuan. This meal can still be had: tap when you like."),
        N_("Taken back: %(back)s yuan, balance %(balance)s yuan. The meal can be had again."),
    ),
    "undone.portion": Sentence(
        N_("%(back)s yuan given back"),
        N_("Only portion %(portion)s was taken back. The balance is %(balance)s yuan."),
        N_("Only portion %(portion)s was taken back: %(back)s yuan, balance %(balance)s yuan."),
    ),
    "undone.noted": Sentence(
        N_("%(back)s yuan given back"),
        N_("%(repaid)s yuan of it is no longer noted down. The balance is %(balance)s yuan."),
        N_("%(back)s yuan given back, %(repaid)s of it off what was noted down. Balance %(balance)s yuan."),
    ),
    "undone.absent": Sentence(  # a delivery: to whom is not in the room
        N_("Taken back"),
        "",
        N_("Taken back: %(back)s yuan given back, balance %(balance)s yuan."),
    ),
    "undone.nobody": Sentence(
        N_("Taken back"),
        "",
        N_("Taken back: %(amount)s yuan, which a programme had paid."),
    ),
    "topup_undone": Sentence(
        N_("Top-up of %(amount)s yuan taken back"),
        N_("Please wait for your cash. The balance is %(balance)s yuan."),
        N_("Hand out %(amount)s yuan in cash. Balance %(balance)s yuan."),
    ),
    "amount_not_allowed": Sentence(
        N_("That amount does not go"),
        TELL,
        N_("%(amount)s yuan is not possible here, %(most)s at most."),
    ),
    "receipt_unknown": Sentence(
        N_("We need to look that up"),
        TELL,
        N_("This kiosk has no record %(receipt)s. Money is given back where it was taken."),
    ),
    "nothing_to_give_back": Sentence(
        N_("Nothing to give back"),
        TELL,
        N_("Record %(receipt)s took nothing, or all of it was given back."),
    ),
    "refund_too_large": Sentence(
        N_("That is more than was paid"),
        TELL,
        N_("%(refund)s yuan asked for, %(left)s is left of this sale."),
    ),
    "topup_spent": Sentence(
        N_("That money has been used"),
        TELL,
        N_("%(topup)s yuan was topped up, %(left)s of it can be taken out."),
    ),
    "hold_too_large": Sentence(
        N_("Not enough money for this"),
        TELL,
        N_("%(hold)s yuan is to be set aside, %(outstanding)s can be spent here."),
    ),
}
