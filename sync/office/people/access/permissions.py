"""The one table that states which role may do what. Pages name the permission; nobody else names a role."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody does at the office."""

    CLERK = "clerk"
    ACCOUNTANT = "accountant"
    MANAGER = "manager"
    AUDITOR = "auditor"
    TECHNICIAN = "technician"


class Permission(StrEnum):
    """What a page shows or does. Whatever begins with `see_` changes nothing."""

    SEE_RESIDENTS = "see_residents"
    SEE_SALES = "see_sales"  # who ate and charged what
    SEE_MONEY = "see_money"  # sums, cash, the largest possible loss
    SEE_KIOSKS = "see_kiosks"
    SEE_REVIEWS = "see_reviews"
    SEE_CARE = "see_care"  # who usually comes and did not
    SEE_AUDIT = "see_audit"  # who did what
    SEE_CLERKS = "see_clerks"  # who may do what
    SEE_PROPOSALS = "see_proposals"  # what waits for a second person
    CHANGE_RESIDENTS = "change_residents"
    SETTLE_REVIEWS = "settle_reviews"  # looked at, and left as it is
    SETTLE_ALARMS = "settle_alarms"
    RECORD_CARE = "record_care"  # how somebody is, and when they are away
    CHANGE_CARE = "change_care"  # who is watched over, and whom to ask
    STOP_CHARGING = "stop_charging"
    MOVE_MONEY = "move_money"  # what is believed, billed, or has been counted
    CHANGE_PRICES = "change_prices"  # propose them; a second person approves
    CHANGE_MENUS = "change_menus"  # what is cooked when
    CHANGE_KIOSKS = "change_kiosks"  # enrol, name, move, revoke
    TRUST_KIOSKS = "trust_kiosks"  # with visitors' money, or again after a quarantine
    CHANGE_CLERKS = "change_clerks"  # invite, give posts, lock
    DECIDE_PROPOSALS = "decide_proposals"  # of others, and only what one may do oneself

    @property
    def changes(self) -> bool:
        return not self.startswith("see_")


_P = Permission
_SEES = frozenset(each for each in Permission if not each.changes)

MAY: Mapping[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(
        {
            *(_P.SEE_RESIDENTS, _P.SEE_SALES, _P.SEE_MONEY, _P.SEE_KIOSKS, _P.SEE_REVIEWS),
            *(_P.SEE_PROPOSALS, _P.DECIDE_PROPOSALS),
            *(_P.CHANGE_RESIDENTS, _P.SETTLE_REVIEWS, _P.SETTLE_ALARMS, _P.STOP_CHARGING),
            *(_P.CHANGE_KIOSKS, _P.CHANGE_PRICES, _P.CHANGE_MENUS),
            *(_P.SEE_CARE, _P.RECORD_CARE, _P.CHANGE_CARE),
        }
    ),
    Role.ACCOUNTANT: frozenset(
        {
            *(_P.SEE_RESIDENTS, _P.SEE_SALES, _P.SEE_MONEY, _P.SEE_KIOSKS, _P.SEE_REVIEWS),
            *(_P.SEE_PROPOSALS, _P.DECIDE_PROPOSALS),
            *(_P.SETTLE_REVIEWS, _P.SETTLE_ALARMS, _P.STOP_CHARGING, _P.MOVE_MONEY, _P.TRUST_KIOSKS),
            _P.CHANGE_PRICES,
        }
    ),
    Role.MANAGER: frozenset(Permission),
    Role.AUDITOR: _SEES,
    Role.TECHNICIAN: frozenset({_P.SEE_KIOSKS, _P.CHANGE_KIOSKS, _P.SETTLE_ALARMS, _P.STOP_CHARGING}),
}
