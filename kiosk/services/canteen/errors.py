"""What the canteen says no to. Nothing is taken in any of these."""

from __future__ import annotations

from kiosk.common.purses import MoneyShort
from kiosk.plain.refusals import NothingToPay, Refusal


class OutsideMealHours(NothingToPay):
    code = "outside_meal_hours"
    next_meal: str
    opens: str
    today: bool  # whether the next meal is
    is_told = True


class AlreadyServed(NothingToPay):
    """The subsidised portion of this period is eaten. Staff can add one at full price."""

    code = "already_served"
    at: str
    second_fen: int
    is_told = True


class NotEnoughMoney(MoneyShort):
    code = "not_enough_money"
    price_fen: int
    balance_fen: int


class RightElsewhere(Refusal):
    """The account has money, but the right to spend it lies with another kiosk."""

    code = "right_elsewhere"
    is_told = True


class MoneyOnItsWay(Refusal):
    """The account has money at another kiosk, and the office has asked that kiosk for it."""

    code = "money_on_its_way"
    is_told = True
    again_helps = True


class EatenElsewhere(Refusal):
    """The subsidised portion of this period was had at another site."""

    code = "eaten_elsewhere"
    place: str
    second_fen: int
    is_told = True


class MealAlreadyServed(Refusal):
    """A delivery of a meal that its resident has had already, at a counter or at the door."""

    code = "meal_already_served"
    meal: str
    day: str
    at: str  # `HH:MM`, or the name of another site
    is_told = True


class DeliveryTooOld(Refusal):
    """So many days after the meal a person decides, not a label."""

    code = "delivery_too_old"
    meal: str
    day: str
    days: int
    is_told = True


class DeliveryTooEarly(Refusal):
    """The meal's day has not come."""

    code = "delivery_too_early"
    meal: str
    day: str
    is_told = True


class MealUnknown(Refusal):
    """The site serves no meal of that name any more."""

    code = "meal_unknown"
    meal: str


class NeedsPhoto(Refusal):
    """More than this card may take today on what it shows of itself: staff look at the face and go on."""

    code = "needs_photo"
    limit_fen: int  # by itself, a day
    had_fen: int  # of it already today
    price_fen: int
    photo: bool  # whether there is one
    is_told = True


class CourtesyUsedUp(MoneyShort):
    """The office cannot be asked, and as much courtesy as may be given was given."""

    code = "courtesy_used_up"
    price_fen: int
    owed_fen: int
    left_fen: int


class ExtrasNeedMoney(MoneyShort):
    """Nobody goes hungry for want of money, but a soup beside the meal is paid or left."""

    code = "extras_need_money"
    price_fen: int


class NothingChosen(Refusal):
    """No product, one that is sold no more, or an impossible number of one."""

    code = "nothing_chosen"


class NoSuchPortion(Refusal):
    """This journal has no such portion, or its resident is forgotten."""

    code = "no_such_portion"
    receipt: str


class VolunteerUnnamed(Refusal):
    """Somebody else pays for the meal and wants to know for whom."""

    code = "volunteer_unnamed"


class VolunteerPays(Refusal):
    """By the tariff the volunteer pays a part, which takes an account to pay it from."""

    code = "volunteer_pays"
    price_fen: int
