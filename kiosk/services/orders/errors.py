"""What cannot be ordered or delivered. Nothing is taken in any of these."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal


class OrderTooLate(Refusal):
    """The meal is being served or over: the kitchen has cooked what it has cooked."""

    code = "order_too_late"
    meal: str
    day: str
    opens: str
    is_told = True


class MealNotOffered(Refusal):
    """The site serves no such meal, or not so soon that it can be ordered."""

    code = "meal_not_offered"
    meal: str = ""  # none of a site that serves none


class LabelForeign(Refusal):
    """A delivery label that was not printed at this counter, or cannot be read in full."""

    code = "label_foreign"
    is_told = True


class NoSuchDelivery(Refusal):
    """There is no delivery of this meal to be reported, or it was handed over."""

    code = "no_such_delivery"
