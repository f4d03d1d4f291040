"""Lines a person types at a simulator, turned into the commands of `drivers.sim.commands`.

::

    place ntag215 04A1B2C3D4E5F6 record=48656C6C6F
    tap ntag424 04958CAA5C5E80 key=000102030405060708090A0B0C0D0E0F hold=1000
    lift
    scan http://example.org/?a b
    noise 4096
    end_after 8
    printed
    plug 3 bicycle 30
    unplug 3
    fault silent
    fault welded 3
    recover
    status
"""

from __future__ import annotations

from drivers.sim.commands import Request


def parse(line: str) -> Request:
    """Raises ValueError for what cannot be a command."""
    verb, _, rest = line.strip().partition(" ")
    match verb:
        case "place" | "tap":
            return {"do": verb} | _card(rest.split())
        case "scan":
            return {"do": verb, "text": rest}
        case "noise":
            return {"do": verb, "bytes": int(rest or 4096)}
        case "end_after":
            return {"do": verb, "lines": int(rest)}
        case "plug":
            socket, *what = rest.split()
            return {"do": verb, "socket": int(socket)} | dict(
                zip(("load", "charge_percent"), what, strict=False)
            )
        case "unplug":
            return {"do": verb, "socket": rest}
        case "fault":
            return {"do": verb} | dict(zip(("name", "socket"), rest.split(), strict=False))
    return {"do": verb}


def _card(words: list[str]) -> Request:
    if not words:
        raise ValueError("which card? For example: place ntag215 04A1B2C3D4E5F6")
    plain = [word for word in words if "=" not in word]
    named = dict(word.split("=", 1) for word in words if "=" in word)
    hold_ms = named.pop("hold", None)
    card: Request = {"kind": plain[0], "uid": "".join(plain[1:])} | named
    return {"card": card} | ({"hold_ms": int(hold_ms)} if hold_ms else {})
