"""Four eyes: what one person proposes and another one approves, who is never the same.

What is approved is carried out in the very transaction that says so, by the function of its kind; a kind is a
value, listed by whoever brings it. What a proposal was based on is kept with it and compared when it is
approved: where that has changed, nothing is done and it has to be proposed anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.people.access.permissions import Permission
from sync.office.store.database import lock
from sync.office.store.tables import proposals

T = TypeVar("T", bound=msgspec.Struct)
Words = tuple[str, Mapping[str, object]]
KEPT_MS = 14 * 24 * 3600_000  # a proposal that nobody decides expires


class State(StrEnum):
    """Of a proposal. Whether a waiting one has expired is a question of time: `Proposal.has_expired`."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class NoSuchProposal(Refusal):
    """There is none of this id, or its kind is not listed here."""

    code = "no_such_proposal"
    proposal: str


class AlreadyDecided(Refusal):
    """Somebody was faster."""

    code = "proposal_decided"
    by: str


class ProposalExpired(Refusal):
    """It waited for too long."""

    code = "proposal_expired"


class OwnProposal(Refusal):
    """Whoever proposed it does not decide about it."""

    code = "own_proposal"


class BaseChanged(Refusal):
    """What it was based on is something else by now: it has to be proposed anew."""

    code = "proposal_outdated"


@dataclass(frozen=True, slots=True)
class Approved:
    """What carries out a proposal works with: the transaction in which it was approved."""

    connection: sa.Connection
    region_id: int
    at_ms: int
    proposed_by: str
    approved_by: str


@dataclass(frozen=True, kw_only=True)
class ProposalKind(Generic[T]):
    """One sort of proposal.

    `title`: its name for people; `words`: what this one would do, as a sentence to be translated and what
    fills it. `needs`: what whoever approves has to hold, as the page that proposes needs it. `based_on`: what
    it starts from, as a text that differs when that differs; it is asked in the transaction that carries out,
    and locks what it reads. `carry_out` may raise a `Refusal`, and nothing is done then; `refusals` has its
    sentence by its code.
    """

    name: str
    title: str
    payload: type[T]
    needs: Permission
    words: Callable[[T], Words]
    based_on: Callable[[sa.Connection, int, T], str]
    carry_out: Callable[[Approved, T], None]
    refusals: Mapping[str, str] = field(default_factory=dict)


Kinds = Mapping[str, ProposalKind[Any]]


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever decides is shown beside the words: figures before and after, and whom it is about."""

    before: Mapping[str, str] = {}
    after: Mapping[str, str] = {}
    residents: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One of them. `site`: empty where it is about the whole region."""

    id: str
    kind: ProposalKind[Any]
    payload: Any
    base: str
    site: str
    effect: Effect
    reason: str
    proposed_by: str
    proposed_at_ms: int
    expires_at_ms: int
    state: State
    decided_by: str
    decided_at_ms: int
    decided_because: str

    @property
    def words(self) -> Words:
        return self.kind.words(self.payload)

    def has_expired(self, at_ms: int) -> bool:
        return self.state is State.WAITING and self.expires_at_ms <= at_ms

    def is_outdated(self, connection: sa.Connection, region_id: int) -> bool:
        """Whether what it was based on has changed since."""
        return bool(self.kind.based_on(connection, region_id, self.payload) != self.base)


def propose(
    connection: sa.Connection,
    region_id: int,
    kind: ProposalKind[T],
    payload: T,
    *,
    by: str,
    at_ms: int,
    site: str = "",
    effect: Effect = Effect(),  # noqa: B008  # frozen
    reason: str = "",
) -> str:
    """Let it wait for a second person; its id."""
    proposal_id = secrets.token_hex(8)
    row = {
        "proposal_id": proposal_id,
        "kind": kind.name,
        "payload": msgspec.json.encode(payload),
        "base": kind.based_on(connection, region_id, payload),
        "site": site,
        "effect": msgspec.json.encode(effect),
        "reason": reason,
        "proposed_by": by,
        "proposed_at_ms": at_ms,
        "expires_at_ms": at_ms + KEPT_MS,
        "state": State.WAITING,
        "decided_by": "",
        "decided_at_ms": 0,
        "decided_because": "",
    }
    connection.execute(proposals.insert(), {"region_id": region_id, **row})
    return proposal_id


def approve(
    connection: sa.Connection, region_id: int, kinds: Kinds, proposal_id: str, *, by: str, at_ms: int
) -> Proposal:
    """Carry it out. Raises `NoSuchProposal`, `AlreadyDecided`, `ProposalExpired`, `OwnProposal`,
    `BaseChanged` and what its kind refuses.
    """
    found = _undecided(connection, region_id, kinds, proposal_id, at_ms)
    if found.proposed_by == by:
        raise OwnProposal
    if found.is_outdated(connection, region_id):
        raise BaseChanged
    _decide(connection, region_id, found, State.APPROVED, by, at_ms)
    found.kind.carry_out(Approved(connection, region_id, at_ms, found.proposed_by, by), found.payload)
    return found


def decline(
    connection: sa.Connection,
    region_id: int,
    kinds: Kinds,
    proposal_id: str,
    *,
    by: str,
    at_ms: int,
    because: str,
) -> Proposal:
    """Say no, and why; or take one's own back. Raises `NoSuchProposal` and `AlreadyDecided`."""
    found = _undecided(connection, region_id, kinds, proposal_id, 0)
    state = State.WITHDRAWN if found.proposed_by == by else State.DECLINED
    _decide(connection, region_id, found, state, by, at_ms, because)
    return found


def do_alone(
    connection: sa.Connection, region_id: int, kind: ProposalKind[T], payload: T, *, by: str, at_ms: int
) -> None:
    """Where the office's settings let one person do it: at once, as if approved."""
    kind.carry_out(Approved(connection, region_id, at_ms, by, by), payload)


def waiting(connection: sa.Connection, region_id: int, kinds: Kinds, at_ms: int) -> list[Proposal]:
    """Those that can still be decided, the oldest first."""
    c = proposals.c
    return _found(connection, region_id, kinds, c.state == State.WAITING, c.expires_at_ms > at_ms)


def decided_since(connection: sa.Connection, region_id: int, kinds: Kinds, since_ms: int) -> list[Proposal]:
    """What became of others, the latest first; those that expired are among neither."""
    c = proposals.c
    found = _found(connection, region_id, kinds, c.decided_at_ms >= since_ms, c.state != State.WAITING)
    return sorted(found, key=lambda each: each.decided_at_ms, reverse=True)


def find(connection: sa.Connection, region_id: int, kinds: Kinds, proposal_id: str) -> Proposal:
    """Raises `NoSuchProposal`."""
    found = _found(connection, region_id, kinds, proposals.c.proposal_id == proposal_id)
    if not found:
        raise NoSuchProposal(proposal=proposal_id)
    return found[0]


def site_of(connection: sa.Connection, region_id: int, proposal_id: str) -> str:
    """Empty as well where there is none."""
    c = proposals.c
    query = sa.select(c.site).where(c.region_id == region_id, c.proposal_id == proposal_id)
    return str(connection.execute(query).scalar() or "")


def _undecided(
    connection: sa.Connection, region_id: int, kinds: Kinds, proposal_id: str, at_ms: int
) -> Proposal:
    """Kept for this transaction."""
    c = proposals.c
    connection.execute(lock(sa.select(c.state).where(c.region_id == region_id, c.proposal_id == proposal_id)))
    found = find(connection, region_id, kinds, proposal_id)
    if found.state is not State.WAITING:
        raise AlreadyDecided(by=found.decided_by)
    if found.has_expired(at_ms):
        raise ProposalExpired
    return found


def _decide(
    connection: sa.Connection,
    region_id: int,
    found: Proposal,
    state: State,
    by: str,
    at_ms: int,
    because: str = "",
) -> None:
    c = proposals.c
    mine = (c.region_id == region_id) & (c.proposal_id == found.id)
    values = {"state": state, "decided_by": by, "decided_at_ms": at_ms, "decided_because": because}
    connection.execute(proposals.update().where(mine).values(**values))


def _found(
    connection: sa.Connection, region_id: int, kinds: Kinds, *which: sa.ColumnElement[bool]
) -> list[Proposal]:
    """The oldest first; those of kinds that nobody lists any more are left out."""
    c = proposals.c
    query = sa.select(proposals).where(c.region_id == region_id, c.kind.in_(sorted(kinds)), *which)
    rows = connection.execute(query.order_by(c.proposed_at_ms, c.proposal_id))
    return [_proposal(kinds[row.kind], row) for row in rows]


def _proposal(kind: ProposalKind[Any], row: Any) -> Proposal:
    return Proposal(
        id=row.proposal_id,
        kind=kind,
        payload=msgspec.json.decode(bytes(row.payload), type=kind.payload),
        base=row.base,
        site=row.site,
        effect=msgspec.json.decode(bytes(row.effect), type=Effect),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at_ms=row.proposed_at_ms,
        expires_at_ms=row.expires_at_ms,
        state=State(row.state),
        decided_by=row.decided_by,
        decided_at_ms=row.decided_at_ms,
        decided_because=row.decided_because,
    )
