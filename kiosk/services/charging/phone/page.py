"""What a phone is shown of a socket, as a value: the office and the kiosk fill it, one template shows it.

Whoever serves it lists `TEMPLATES` and `STATIC` as folders of a blueprint, and of `TRANSLATIONS` the file
`messages.po`, and renders `phone/socket.html` with `page` and `links`. Without an account the state is all
that is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kiosk.services.charging.looks import Look
from kiosk.services.charging.reasons import why
from kiosk.web.words.sentence import Sentence

TEMPLATES = Path(__file__).parent.parent / "templates"  # its folder `phone`
STATIC = Path(__file__).parent / "static"  # `phone.css`, `phone.js`
TRANSLATIONS = Path(__file__).parent.parent / "translations"


class Fault(StrEnum):
    """What somebody who scanned a socket can say is wrong with it. The words are stable."""

    NO_POWER = "no_power"
    BROKEN = "broken"
    HOT_OR_SMELL = "hot_or_smell"
    BLOCKED = "blocked"  # a bicycle or a thing stands in the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses on the server that shows the page. Empty: it does not offer that here.

    A form posts to `start` or `help` with `cap_fen`, to `stop` with nothing, to `report` with `fault`, to
    `join` with `code`, and to `leave` with nothing; each with `csrf_token`.
    """

    language: str  # of the page, as HTML says it: `zh-CN`
    style: str
    script: str
    page: str
    start: str = ""
    help: str = ""  # somebody else pays, with their own card
    stop: str = ""
    report: str = ""
    join: str = ""
    leave: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketPage:
    """One socket, for one phone. Amounts are in fen, power in watts.

    `who`: whose phone this is, shortened, since pages are read over shoulders. `is_mine`: what runs here is
    theirs. `reason`: why current stopped or nothing was done, a `StopReason` or the code of a refusal.
    `prices`: sentences in the page's language, electricity and service apart.
    """

    site: str
    label: str
    look: Look
    who: str = ""
    is_mine: bool = False
    order: str = ""  # to stop it
    power_w: int | None = None
    charged_min: int = 0
    left_min: int | None = None
    energy_wh: int | None = None
    cost_fen: int | None = None
    is_estimate: bool = False  # the cost is reckoned far from the meter, and said to be about so much
    caps_fen: Sequence[int] = ()
    prices: Sequence[str] = ()
    reason: str = ""
    waits_for_payer: bool = False  # the next card at the machine pays for what this phone starts
    is_reported: bool = False
    request_id: str = ""  # made with the page, so that the button counts once; empty: it carries none

    @property
    def why(self) -> Sentence:
        """`reason` in words, to be translated."""
        return why(self.reason)

    @property
    def waits(self) -> bool:
        """Whether something is about to change, so that the page looks again soon."""
        return self.waits_for_payer or self.look in (Look.STARTING, Look.STOPPING)
