"""What the canteen says no to. Nothing is taken in any of these."""

from __future__ import annotations

from kiosk.refusals import Refusal


class OutsideMealHours(Refusal):
    code = "outside_meal_hours"


class AlreadyServed(Refusal):
    """The subsidised portion of this period is eaten. Staff can add one at full price."""

    code = "already_served"


class NotEnoughMoney(Refusal):
    code = "not_enough_money"


class RightElsewhere(Refusal):
    """The account has money, but the right to spend it lies with another kiosk."""

    code = "right_elsewhere"


class NoCatalogue(Refusal):
    """The office has not told this kiosk about its site yet."""

    code = "no_catalogue"
    again_helps = True
