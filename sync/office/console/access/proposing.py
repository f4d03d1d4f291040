"""How a page of any service proposes something: `put_forward`, in place of doing it."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from flask_login import current_user

from sync.office.console.door.acting import acting
from sync.office.office import Office
from sync.office.people.access import proposals
from sync.office.people.access.proposals import Effect, ProposalKind

T = TypeVar("T", bound=msgspec.Struct)


def put_forward(
    office: Office,
    kind: ProposalKind[T],
    payload: T,
    *,
    site: str = "",
    effect: Effect = Effect(),  # noqa: B008  # frozen
    reason: str = "",
) -> bool:
    """Whether it is done already; else it waits for a second person, on `console.proposals`.

    Where the settings let one person do it, it is done at once. Raises what the kind refuses.
    """
    by, at_ms, region_id = current_user.username, office.now_ms(), office.region_id
    with acting(office, kind=kind.name, site=site, reason=reason) as doing:
        doing.before.update(effect.before)
        doing.after.update(effect.after)
        doing.residents.extend(effect.residents)
        if kind.name in office.settings.alone:
            proposals.do_alone(doing.connection, region_id, kind, payload, by=by, at_ms=at_ms)
            return True
        said = {"by": by, "at_ms": at_ms, "site": site, "effect": effect, "reason": reason}
        doing.after["proposal"] = proposals.propose(doing.connection, region_id, kind, payload, **said)
    return False
