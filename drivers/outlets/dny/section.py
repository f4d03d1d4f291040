"""What a section of a configuration may say of a DNY box. Stands on nothing that speaks."""

from __future__ import annotations

import re

from drivers.outlets.dny.words import SOCKETS
from drivers.outlets.section import Outlet, check_name, wrong
from drivers.ports import address_of

KEYS = ("id",)
_ID = re.compile(r"[0-9A-Fa-f]{8}")


def check(outlet: Outlet) -> None:
    """Raise DeviceMisconfigured if this section can never become a box. Opens nothing."""
    check_name(outlet)
    try:
        address_of(outlet.port)
    except ValueError as error:
        raise wrong("port", outlet.port, "tcp://HOST:PORT, such as tcp://192.168.4.1:9000") from error
    box_id = outlet.id or ""
    if not _ID.fullmatch(box_id) or int(box_id[:2], 16) not in SOCKETS:
        heads = ", ".join(f"{head:02X}" for head in SOCKETS)
        raise wrong("id", box_id, f"8 hexadecimal digits that begin with {heads}, such as 04AB373B")
