"""The form of a resident: what is typed becomes a `Person`, or a sentence at the field that is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import msgspec

from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from sync.office.console.residents.terms import listed, term, word_of
from sync.office.console.residents.words import sentence
from sync.office.importing.initials import initials_of
from sync.office.keys.identities import Identities
from sync.office.people.register import fields, idnumbers
from sync.office.people.register.dossiers import CategoryHeld, ContactPerson, Dossier, Person
from sync.office.people.register.fields import MOST_LISTED, BornDiffers, Missing, SiteUnknown

EMPTY_LINES = 2
T = TypeVar("T")


class UntilBefore(Refusal):
    """The last day lies before the first."""

    code = "until_before"


class CategoryMissing(Refusal):
    """A line with days or a paper, and no category."""

    code = "category_missing"


def seen(person: Person) -> str:
    """What stood there when the form was made, so that nobody overwrites what they have not seen."""
    return hashlib.sha256(msgspec.json.encode(person)).hexdigest()[:32]


def shown(person: Person) -> dict[str, str]:
    """What stands in the fields before anything is typed. The identity number stays empty."""
    entry, dossier = person.resident, person.dossier
    values = {
        "name": entry.name,
        "honorific": entry.honorific,
        "initials": entry.initials,
        "born": entry.born.isoformat(),
        "home_site": entry.home_site,
        "building": entry.building,
        "diet": listed(entry.diet),
        "phone": dossier.phone,
        "household": dossier.household,
        "grid_worker": dossier.grid_worker,
    }
    for n, each in enumerate(dossier.categories):
        values |= {
            f"category-{n}": term(each.category),
            f"category-{n}-from": each.first_day.isoformat() if each.first_day > date.min else "",
            f"category-{n}-until": each.last_day.isoformat() if each.last_day < date.max else "",
            f"category-{n}-evidence": each.evidence,
        }
    for n, contact in enumerate(dossier.contacts):
        named = {"name": contact.name, "phone": contact.phone, "relation": contact.relation}
        values |= {f"contact-{n}-{what}": said for what, said in named.items()}
    return values


@dataclass
class Form:
    """What was typed, and by field what is wrong with it."""

    values: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    def lines(self, name: str) -> range:
        """How many lines of this kind are shown: those that say something, and some that are empty."""
        filled = (key for key, said in self.values.items() if said and _is_line(key, name))
        numbers = [int(key.split("-")[1]) for key in filled]
        return range(min(max(numbers, default=-1) + 1 + EMPTY_LINES, MOST_LISTED))

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def read(
        self, before: Person | None, number: int, sites: Collection[str], identities: Identities, today: date
    ) -> Person | None:
        """None where something is wrong. `before`: who is corrected; None: `number` is somebody new."""
        person_before = before or Person(Resident(id=number, name="", born=date.min, home_site=""))
        old = person_before.resident
        id_number = self._take("id_number", lambda given: idnumbers.read(given) if given.strip() else "")
        born = self._born(id_number or "", today)
        name = self._take("name", fields.name) or ""
        entry = msgspec.structs.replace(
            old,
            name=name,
            honorific=self._text("honorific", fields.LONGEST_NAME),
            initials=self._initials(old, name),
            born=born or old.born,
            home_site=self._take("home_site", lambda given: _one_of(given, sites)) or "",
            building=self._text("building"),
            diet=tuple(map(word_of, self._take("diet", fields.several) or ())),
        )
        phone = self._take("phone", fields.phone) or ""
        if phone != person_before.dossier.phone:
            entry = msgspec.structs.replace(entry, phone_tail="")
        dossier = Dossier(
            phone=phone,
            household=self._text("household"),
            grid_worker=self._text("grid_worker"),
            contacts=self._contacts(),
            categories=self._categories(),
        )
        if self.wrong:
            return None
        sealed, mark = person_before.sealed, person_before.mark
        if id_number and identities.mark(id_number) != mark:
            sealed, mark = identities.seal(id_number, number), identities.mark(id_number)
        return Person(entry, dossier, sealed, mark).on(today)

    def refuse(self, name: str, refusal: Refusal) -> None:
        self.wrong.setdefault(name, sentence(refusal))

    def _take(self, name: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(self.get(name))
        except Refusal as refusal:
            self.refuse(name, refusal)
            return None

    def _text(self, name: str, most: int = fields.LONGEST_TEXT) -> str:
        return self._take(name, lambda given: fields.text(given, most)) or ""

    def _born(self, id_number: str, today: date) -> date | None:
        """Typed, or as the identity number says; where both do, they say the same."""
        typed = self._take("born", lambda given: fields.birthday(given, today))
        by_number = idnumbers.birthday(id_number) if id_number else None
        if "born" not in self.wrong:
            if typed and by_number and typed != by_number:
                self.refuse("born", BornDiffers(born=by_number))
            elif not typed and not by_number:
                self.refuse("born", Missing())
        return typed or by_number

    def _initials(self, old: Resident, name: str) -> str:
        """Typed ones stay; those that were made of the name are made anew with another name."""
        typed = self._text("initials").lower()
        made_before = initials_of(old.name) if old.name else ""
        return initials_of(name) if name and (not typed or typed == made_before) else typed

    def _categories(self) -> tuple[CategoryHeld, ...]:
        found = []
        for n in self.lines("category"):
            name = f"category-{n}"
            said = [self._text(name, fields.LONGEST_NAME), self._text(f"{name}-evidence")]
            first = self._take(f"{name}-from", fields.day)
            last = self._take(f"{name}-until", fields.day)
            if not any((*said, first, last)):
                continue
            if not said[0]:
                self.refuse(name, CategoryMissing())
            if first and last and last < first:
                self.refuse(f"{name}-until", UntilBefore())
            held = CategoryHeld(word_of(said[0]), first or date.min, last or date.max, said[1])
            found.append(held)
        return tuple(found)

    def _contacts(self) -> tuple[ContactPerson, ...]:
        found = []
        for n in self.lines("contact"):
            name = self._text(f"contact-{n}-name", fields.LONGEST_NAME)
            phone = self._take(f"contact-{n}-phone", fields.phone) or ""
            relation = self._text(f"contact-{n}-relation", fields.LONGEST_NAME)
            if not name and (phone or relation):
                self.refuse(f"contact-{n}-name", Missing())
            if name:
                found.append(ContactPerson(name, phone, relation))
        return tuple(found)


def _is_line(key: str, name: str) -> bool:
    parts = key.split("-")
    return parts[0] == name and len(parts) > 1 and parts[1].isdecimal() and len(parts[1]) < 4


def _one_of(given: str, sites: Collection[str]) -> str:
    if not given:
        raise Missing
    if given not in sites:
        raise SiteUnknown(allowed="、".join(sorted(sites)))
    return given
