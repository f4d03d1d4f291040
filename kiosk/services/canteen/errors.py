"""What the canteen says no to. Nothing is taken in any of these."""

from __future__ import annotations

from kiosk.refusals import Refusal


class NothingToPay(Refusal):
    """There is nothing to pay for: whoever taps is told how the account stands."""


class OutsideMealHours(NothingToPay):
    code = "outside_meal_hours"


class AlreadyServed(NothingToPay):
    """The subsidised portion of this period is eaten. Staff can add one at full price."""

    code = "already_served"


class NotEnoughMoney(Refusal):
    code = "not_enough_money"


class RightElsewhere(Refusal):
    """The account has money, but the right to spend it lies with another kiosk."""

    code = "right_elsewhere"


class MoneyOnItsWay(Refusal):
    """The account has money at another kiosk, and the office has asked that kiosk for it."""

    code = "money_on_its_way"
    again_helps = True


class EatenElsewhere(Refusal):
    """The subsidised portion of this period was had at another site."""

    code = "eaten_elsewhere"


class CourtesyUsedUp(Refusal):
    """The office cannot be asked, and as much as may be put on the slate is on it."""

    code = "courtesy_used_up"


class NoCatalogue(Refusal):
    """The office has not told this kiosk about its site yet."""

    code = "no_catalogue"
    again_helps = True


class ExtrasNeedMoney(Refusal):
    """Nobody goes hungry for want of money, but a soup beside the meal is paid or left."""

    code = "extras_need_money"


class NothingChosen(Refusal):
    """No product, one that is sold no more, or an impossible number of one."""

    code = "nothing_chosen"
