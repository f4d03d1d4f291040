"""Accounts by what they are: residents' are one sort each, all others stand by their names."""

from __future__ import annotations

from functools import lru_cache

OF_RESIDENTS = ("own", "held", "courtesy", "set_aside")
_SUSPENSE = "suspense/"


@lru_cache(maxsize=16_384)
def sort_of(account: str) -> str:
    """`own` for `own/17`, `suspense/own` for `suspense/own/17`, the name itself for any other."""
    if account.startswith(_SUSPENSE):
        return _SUSPENSE + sort_of(account.removeprefix(_SUSPENSE))
    head = account.partition("/")[0]
    return head if head in OF_RESIDENTS else account


# The same for a database, of a column `account`.
SORT = "CASE {} ELSE account END".format(
    " ".join(
        f"WHEN substr(account, 1, {len(prefix + sort) + 1}) = '{prefix}{sort}/' THEN '{prefix}{sort}'"
        for prefix in ("", _SUSPENSE)
        for sort in OF_RESIDENTS
    )
)
