"""A row and what the register has of the same person, made one: an empty cell changes nothing."""

from __future__ import annotations

from datetime import date

import msgspec

from kiosk.people.residents import Resident
from sync.office.importing.initials import initials_of
from sync.office.importing.sheets.columns import RegisterColumn
from sync.office.importing.sheets.reading import SheetRow, Where
from sync.office.people.register.dossiers import CategoryHeld, ContactPerson, Person


def merged(row: SheetRow, before: Person | None, mark: bytes, where: Where) -> Person:
    """`mark`: of the identity number that the row says; empty: it says none."""
    old = before or Person(Resident(id=0, name="", born=date.min, home_site=where.site))
    entry, dossier = old.resident, old.dossier
    name = row.get(RegisterColumn.NAME, str) or entry.name
    entry = msgspec.structs.replace(
        entry,
        name=name,
        initials=entry.initials if name == entry.name else initials_of(name),
        born=row.get(RegisterColumn.BORN, date) or entry.born,
        home_site=row.get(RegisterColumn.HOME_SITE, str) or entry.home_site,
        honorific=row.get(RegisterColumn.HONORIFIC, str) or entry.honorific,
        building=row.get(RegisterColumn.BUILDING, str) or entry.building,
        diet=tuple(map(where.word_of, row.get(RegisterColumn.DIET, tuple) or ())) or entry.diet,
    )
    held = {each.category for each in dossier.categories}
    said = map(where.word_of, row.get(RegisterColumn.CATEGORIES, tuple) or ())
    more = tuple(CategoryHeld(each) for each in said if each not in held)
    dossier = msgspec.structs.replace(
        dossier,
        phone=row.get(RegisterColumn.PHONE, str) or dossier.phone,
        household=row.get(RegisterColumn.HOUSEHOLD, str) or dossier.household,
        grid_worker=row.get(RegisterColumn.GRID_WORKER, str) or dossier.grid_worker,
        categories=(*dossier.categories, *more),
        contacts=_contacts(row) or dossier.contacts,
    )
    sealed, known = old.sealed, old.mark
    if mark and mark != known:
        number = row.get(RegisterColumn.ID_NUMBER, str) or ""
        sealed, known = where.identities.seal(number, entry.id), mark
    return Person(entry, dossier, sealed, known)


def _contacts(row: SheetRow) -> tuple[ContactPerson, ...]:
    name, phone = row.get(RegisterColumn.CONTACT, str), row.get(RegisterColumn.CONTACT_PHONE, str)
    return (ContactPerson(name or "", phone or ""),) if name or phone else ()
