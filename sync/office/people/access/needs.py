"""What a route needs, said where it is declared: `@needs(...)` right above the function.

Whoever serves pages looks it up and refuses; a route that says nothing is opened by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from sync.office.people.access.permissions import Permission

F = TypeVar("F", bound=Callable[..., Any])


class Open(Enum):
    """Routes that need no permission."""

    EVERYBODY = "everybody"  # and they protect themselves
    KIOSKS = "kiosks"  # which sign what they ask
    LOGGED_IN = "logged in"  # whatever somebody's role is


Need = Permission | Open


def needs(need: Need, *, everywhere: bool = False, anew: bool = False) -> Callable[[F], F]:
    """The route is for those who may; `everywhere`: not for those who may in a part of the region alone.

    `anew`: it cannot be undone, so that whoever asks has to have proved within minutes who they are.
    """

    def said(view: F) -> F:
        view.need, view.everywhere, view.anew = need, everywhere, anew  # type: ignore[attr-defined]
        return view

    return said


def need_of(views: Mapping[str, Callable[..., Any]], endpoint: str) -> Need | None:
    """What a route said; None: nothing. What pages look like is everybody's."""
    if endpoint.rpartition(".")[2] == "static":
        return Open.EVERYBODY
    return getattr(views[endpoint], "need", None)
