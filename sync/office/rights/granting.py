"""What each journal holds of some accounts, read from the books, settled, written back and published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Self

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value, grant_key
from kiosk.ledger.accounts import Account, courtesy, own_money, resident_of
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.rights import CourtesyPool, Grant, Recall
from kiosk.ledger.sql import run_many
from kiosk.ledger.tables import balances
from sync.office.catalogue.publishing import Change, journal_scope, publish_all
from sync.office.rights.holdings import AccountView, Holding, Pool
from sync.office.rights.resting import is_resting
from sync.office.store.tables import catalogue_items, devices, grants, journals, regions

OWN_PREFIX, COURTESY_PREFIX = own_money(0)[:-1], courtesy(0)[:-1]
_KEPT = ("granted", "wanted", "recalled", "home", "owed", "repaid", "kept", "waiting")  # columns of `grants`


@dataclass(frozen=True, slots=True)
class _Journal:
    """Of a journal that a kiosk may spend from: the head, and where it stands."""

    head_seq: int
    head_hash: bytes


class Books:
    """Some people's own money, or what else `unit` counts, over all journals, as the office has it now.

    What is owed and what is kept back for other sites are about money, and nothing in another unit.
    """

    def __init__(
        self, connection: sa.Connection, region_id: int, accounts: Sequence[str], unit: Unit = Unit.FEN
    ) -> None:
        self._connection, self._region_id, self._accounts = connection, region_id, accounts
        self._unit = unit
        self._views = {account: AccountView() for account in accounts}
        self._read_balances()
        self._stored = self._read_grants()
        self._spending, self._homes = self._read_journals()
        self._before = {(account, journal_id): replace(each) for account, journal_id, each in self._all()}

    def may_spend(self, journal_id: bytes) -> bool:
        return journal_id in self._spending

    def left(self, account: str, but: Set[bytes] = frozenset()) -> int:
        """What no kiosk may spend of an account; below zero if they may spend what is not there.

        `but`: journals whose rights are not counted.
        """
        return self._views[account].left_by(self._spending.keys() - but)

    def outstanding(self, account: str, journal_id: bytes) -> int:
        return self._views[account].at(journal_id).outstanding

    def balance(self, account: str) -> int:
        return self._views[account].balance

    def overpaid_fen(self, account: str) -> int:
        """What was collected of the account's owner beyond what they owed."""
        return self._views[account].overpaid

    def want(self, account: str, journal_id: bytes, target: int) -> None:
        """A kiosk asks to be granted `target` in all. One in quarantine asks in vain."""
        if journal_id not in self._quarantined:
            self._views[account].want(journal_id, target)

    def settle(self) -> Self:
        sites = self._home_sites()
        pool = self._pool()
        if not is_resting(self._connection, self._region_id):
            for account, view in self._views.items():
                for journal_id in self._quarantined & view.holdings.keys():
                    view.at(journal_id).give_up()
                view.settle(self._homes.get(sites.get(account, "")), self._spending.keys(), pool)
        self._changes = list(self._due())
        return self

    @property
    def is_news(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._changes) or any(True for _ in self._changed())

    def write(self) -> None:
        """Keep what is settled, and tell those whom it concerns."""
        place = self._region_id
        rows = [
            (place, journal_id, account, self._unit.value, *(getattr(holding, name) for name in _KEPT))
            for account, journal_id, holding in self._changed()
        ]
        run_many(self._connection, _STORE, sorted(rows))
        publish_all(self._connection, place, [*self._changes, *self._repayments()])

    def grant(self, account: str, journal_id: bytes) -> Grant:
        """As it stands now; `account` need not be anybody's yet."""
        view, head = self._views[account], self._spending[journal_id]
        holding = view.at(journal_id)
        return Grant(
            account=Account(account),
            unit=self._unit,
            journal_id=journal_id,
            granted=holding.granted,
            balance=view.balance,
            credits=holding.credits,
            debits=holding.debits,
            head_seq=head.head_seq,
            head_hash=head.head_hash,
            home=holding.home,
            owed=holding.owed,
        )

    def _changed(self) -> Iterator[tuple[str, bytes, Holding]]:
        for account, journal_id, holding in self._all():
            new = holding.home and (account, journal_id) not in self._stored
            if new or self._was(account, journal_id) != holding:
                yield account, journal_id, holding

    def _all(self) -> Iterator[tuple[str, bytes, Holding]]:
        for account, view in self._views.items():
            for journal_id, holding in view.holdings.items():
                yield account, journal_id, holding

    def _was(self, account: str, journal_id: bytes) -> Holding:
        return self._before.get((account, journal_id), Holding())

    def _due(self) -> Iterator[Change]:
        """What the kiosks are to be told."""
        published = self._published()
        for account, view in self._views.items():
            for journal_id in sorted(view.holdings.keys() & self._spending.keys()):
                holding = view.holdings[journal_id]
                if not holding.home and not holding.granted:
                    continue
                grant, scope = self.grant(account, journal_id), journal_scope(journal_id)
                if _is_news(grant, published.get((account, journal_id)), holding):
                    yield Change(Kind.GRANT, grant_key(grant.account, self._unit), grant, scope)
                taken_back = holding.recalled < self._was(account, journal_id).recalled
                if holding.recalled > holding.returned or taken_back:
                    recall = Recall(
                        account=grant.account,
                        unit=self._unit,
                        journal_id=journal_id,
                        returned=holding.recalled,
                    )
                    yield Change(Kind.RECALL, grant_key(grant.account, self._unit), recall, scope)

    def _repayments(self) -> Iterator[Change]:
        """How much of what each kiosk lent was repaid, for those where it grew. After the rows are kept."""
        grown = {
            journal_id
            for account, journal_id, holding in self._changed()
            if holding.repaid != self._was(account, journal_id).repaid
        }
        c = grants.c
        for journal_id in sorted(grown & self._spending.keys()):
            query = sa.select(sa.func.sum(c.repaid)).where(
                c.region_id == self._region_id, c.journal_id == journal_id, c.unit == Unit.FEN.value
            )
            pool = CourtesyPool(repaid_fen=int(self._connection.execute(query).scalar_one()))
            yield Change(Kind.COURTESY, journal_id.hex(), pool, journal_scope(journal_id))

    def _read_balances(self) -> None:
        for row in self._of(balances, [*self._accounts, *self._lent()]):
            if row.account.startswith(COURTESY_PREFIX):
                if row.unit == Unit.FEN.value:
                    holding = self._at(own_money_of(row.account), row)
                    holding.lent, holding.collected = row.debits, row.credits
            elif row.unit == RIGHT_TO[self._unit].value:
                self._at(row.account, row).returned = row.debits
            else:
                holding = self._at(row.account, row)
                holding.credits, holding.debits = row.credits, row.debits

    def _read_grants(self) -> set[tuple[str, bytes]]:
        stored = set()
        for row in self._of(grants, [*self._accounts, *self._lent()]):
            if row.account.startswith(COURTESY_PREFIX):
                self._at(own_money_of(row.account), row).unproved = row.waiting
                continue
            holding = self._at(row.account, row)
            for name in _KEPT:
                setattr(holding, name, getattr(row, name))
            stored.add((row.account, row.journal_id))
        return stored

    def _lent(self) -> Sequence[str]:
        return [f"{COURTESY_PREFIX}{each.removeprefix(OWN_PREFIX)}" for each in self._accounts]

    def _at(self, account: str, row: sa.Row[Any]) -> Holding:
        return self._views[account].at(row.journal_id)

    def _of(self, table: sa.Table, accounts: Sequence[str]) -> sa.Result[Any]:
        units = [self._unit.value, RIGHT_TO[self._unit].value]
        wanted = (table.c.region_id == self._region_id) & table.c.account.in_(accounts)
        return self._connection.execute(sa.select(table).where(wanted, table.c.unit.in_(units)))

    def _read_journals(self) -> tuple[Mapping[bytes, _Journal], Mapping[str, bytes]]:
        """The journals that kiosks spend from, and for each site the one that holds its residents' rights."""
        rows = self._connection.execute(
            sa.select(
                journals,
                devices.c.enrolled_at_ms,
                devices.c.revoked_at_ms,
                devices.c.quarantined_at_ms,
            )
            .outerjoin(
                devices,
                (devices.c.region_id == journals.c.region_id) & (devices.c.device_id == journals.c.device_id),
            )
            .where(journals.c.region_id == self._region_id, journals.c.device_id.is_not(None))
            .where(~journals.c.sealed)
            .order_by(devices.c.enrolled_at_ms.desc(), journals.c.journal_id.desc())
        ).all()
        spending = {row.journal_id: _Journal(row.head_seq, row.head_hash) for row in rows}
        self._quarantined = {row.journal_id for row in rows if row.quarantined_at_ms is not None}
        # The kiosk that was there first stays the home while it may speak at all, and is believed.
        homes = (row for row in rows if row.revoked_at_ms is None and row.quarantined_at_ms is None)
        return spending, {row.site: row.journal_id for row in homes}

    def _home_sites(self) -> Mapping[str, str]:
        c = catalogue_items.c
        keys = [account.removeprefix(OWN_PREFIX) for account in self._accounts]
        query = sa.select(c.key, c.value).where(
            c.region_id == self._region_id,
            c.kind == Kind.RESIDENT,
            c.key.in_(keys),
            c.value.is_not(None),
        )
        return {
            f"{OWN_PREFIX}{key}": decode_value(Kind.RESIDENT, value).home_site
            for key, value in self._connection.execute(query)
        }

    def _pool(self) -> Pool:
        if self._unit is not Unit.FEN:
            return Pool(home_first_fen=0, pool_fen=0)
        c = regions.c
        query = sa.select(c.home_first_fen, c.pool_fen).where(c.region_id == self._region_id)
        return Pool(*self._connection.execute(query).one())

    def _published(self) -> Mapping[tuple[str, bytes], Grant]:
        c = catalogue_items.c
        keys = [grant_key(Account(account), self._unit) for account in self._accounts]
        query = sa.select(c.value).where(
            c.region_id == self._region_id, c.kind == Kind.GRANT, c.key.in_(keys), c.value.is_not(None)
        )
        values = self._connection.execute(query).scalars()
        found: list[Grant] = [decode_value(Kind.GRANT, value) for value in values]
        return {(grant.account, grant.journal_id): grant for grant in found}


def own_money_of(account: str) -> str:
    """Whose money or courtesy this is: the account of their money; empty if it is neither."""
    resident_id = resident_of(account)
    is_due = account.startswith((OWN_PREFIX, COURTESY_PREFIX))
    return own_money(resident_id) if is_due and resident_id is not None else ""


def by_unit(
    connection: sa.Connection, region_id: int, accounts: Sequence[str]
) -> Iterator[tuple[Unit, Sequence[str]]]:
    """Which of some accounts are to be looked at in which unit: all for money, else those that have any."""
    yield Unit.FEN, accounts
    for unit in RIGHT_TO.keys() - {Unit.FEN}:
        either = (
            sa.select(table.c.account).where(
                table.c.region_id == region_id, table.c.account.in_(accounts), table.c.unit == unit.value
            )
            for table in (balances, grants)
        )
        moved = sorted(set(connection.execute(sa.union(*either)).scalars()))
        if moved:
            yield unit, moved


def _is_news(grant: Grant, told: Grant | None, holding: Holding) -> bool:
    """Whether a grant says what its kiosk was not told and cannot know itself: its right, its part in
    courtesy, and what all others did to the balance; that last only while there is something it may spend."""
    if told is None or grant.right != told.right:
        return True
    return _by_others(grant) != _by_others(told) and (grant.home or holding.outstanding > 0)


def _by_others(grant: Grant) -> int:
    return grant.balance - grant.credits + grant.debits


_STORE = (
    "INSERT INTO grants (region_id, journal_id, account, unit, granted, wanted, recalled, home, owed, repaid,"
    " kept, waiting) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (region_id, journal_id, account, unit)"
    " DO UPDATE SET granted = excluded.granted, wanted = excluded.wanted, recalled = excluded.recalled,"
    " home = excluded.home, owed = excluded.owed, repaid = excluded.repaid, kept = excluded.kept,"
    " waiting = excluded.waiting"
)
