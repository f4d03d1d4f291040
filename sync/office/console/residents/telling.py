"""What a change of a resident was, for the audit log: field by field, and no more than a log may know."""

from __future__ import annotations

from datetime import date

from kiosk.people.residents import Resident
from sync.office.people.register.dossiers import CategoryHeld, ContactPerson, Person

_LONGEST = 200
_KNOWN_OTHERWISE = {"id", "photo", "phone_tail", "categories"}


def told(person: Person | None, other: Person | None) -> dict[str, str]:
    """What one says that the other does not. Of an identity number only that there is another."""
    mine, theirs = _fields(person), _fields(other)
    return {name: said for name, said in mine.items() if said != theirs.get(name, "")}


def _fields(person: Person | None) -> dict[str, str]:
    if person is None:
        return {}
    entry, dossier = person.resident, person.dossier
    plain = {
        name: _said(getattr(entry, name))
        for name in Resident.__struct_fields__
        if name not in _KNOWN_OTHERWISE
    }
    return plain | {
        "phone": f"…{dossier.phone[-4:]}" if dossier.phone else "",
        "household": dossier.household,
        "grid_worker": dossier.grid_worker,
        "contacts": "; ".join(map(_contact, dossier.contacts))[:_LONGEST],
        "categories": "; ".join(map(_category, dossier.categories))[:_LONGEST],
        "id_number": f"known, {person.mark[:4].hex()}" if person.mark else "",
    }


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)[:_LONGEST]


def _contact(contact: ContactPerson) -> str:
    return f"{contact.name} {contact.relation}".strip()


def _category(held: CategoryHeld) -> str:
    first = held.first_day.isoformat() if held.first_day > date.min else ""
    last = held.last_day.isoformat() if held.last_day < date.max else ""
    days = f" {first}–{last}" if first or last else ""
    paper = f" ({held.evidence})" if held.evidence else ""
    return f"{held.category}{days}{paper}"
