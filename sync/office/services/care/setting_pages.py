"""Which sites are watched over and by which rule; and whom to ask, building by building and above."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.refusals import Refusal
from sync.office.console.door.acting import acting, nothing_done
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.office import Office
from sync.office.people.access import areas
from sync.office.people.access.areas import EVERYWHERE
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.register import fields
from sync.office.services.care import contacts, settings
from sync.office.services.care.contacts import CareContact, Of
from sync.office.services.care.settings import RANGES, SiteCare
from sync.office.services.care.words import KINDS
from sync.office.store.database import reading

ACTS = {
    "care.keep_site_care": _("Set how a site is watched over"),
    "care.keep_contact": _("Set whom to ask"),
    "care.remove_contact": _("Removed whom to ask"),
}
LABELS = {
    "weeks": _("Weeks looked back"),
    "times": _("Came at least so often"),
    "wait_minutes": _("Minutes after the meal"),
    "sign_hours": _("A tap counts for so many hours before its end"),
    "climb_minutes": _("Minutes until the next person is asked"),
}


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/care/settings`. Contacts of divisions and grid workers belong to no site: to the whole region."""
    region_id = office.region_id

    @pages.get("/care/settings")
    @needs(Permission.CHANGE_CARE)
    def care_settings() -> tuple[str, int]:
        return _page({})

    @pages.post("/care/settings")
    @needs(Permission.CHANGE_CARE)
    def keep_site_care() -> tuple[str, int] | Redirect:
        site, wrong = request.form.get("site", ""), dict[str, str]()
        with reading(office.engine) as connection:
            if site not in load_names(connection, region_id, current()).sites:
                abort(404)
        figures = {name: _figure(name, wrong) for name in RANGES}
        if not wrong and figures["times"] > figures["weeks"]:
            wrong["times"] = gettext("No more often than weeks are looked at.")
        if wrong:
            nothing_done()
            return _page(wrong)
        kept = SiteCare(watched="watched" in request.form, **figures)
        with acting(office, site=site) as doing:
            before = settings.sites(doing.connection, region_id).get(site, SiteCare())
            settings.keep(doing.connection, region_id, site, kept)
            for name in ("watched", *RANGES):
                if getattr(before, name) != getattr(kept, name):
                    doing.before[name] = str(getattr(before, name))
                    doing.after[name] = str(getattr(kept, name))
        return redirect(url_for("console.care.care_settings"))

    @pages.post("/care/contacts")
    @needs(Permission.CHANGE_CARE)
    def keep_contact() -> tuple[str, int] | Redirect:
        contact, wrong = _contact()
        if contact is None:
            nothing_done()
            return _page(wrong)
        _allowed(contact.kind)
        with acting(office, kind=contact.kind, of=contact.code) as doing:
            contacts.keep(doing.connection, region_id, contact)
            doing.after["name"] = contact.name
        return redirect(url_for("console.care.care_settings"))

    @pages.post("/care/contacts/remove")
    @needs(Permission.CHANGE_CARE)
    def remove_contact() -> Redirect:
        kind, code = request.form.get("kind", ""), request.form.get("code", "")
        _allowed(kind, code)
        with acting(office, kind=kind, of=code) as doing:
            if not contacts.remove(doing.connection, region_id, kind, code):
                abort(404)
        return redirect(url_for("console.care.care_settings"))

    def _page(wrong: Mapping[str, str]) -> tuple[str, int]:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            cares = settings.sites(connection, region_id)
            known = contacts.every(connection, region_id)
            divisions = areas.all_divisions(connection, region_id)
        page = render_template(
            "care/settings.html",
            names=names,
            cares={site: cares.get(site, SiteCare()) for site in names.sites if area().has(site)},
            contacts=[each for each in known if _is_mine(each.kind, each.code)],
            divisions=divisions,
            kinds=KINDS,
            labels=LABELS,
            ranges=RANGES,
            given=request.form,
            wrong=wrong,
            whole_region=area() == EVERYWHERE,
        )
        return page, 400 if wrong else 200


def _is_mine(kind: str, code: str) -> bool:
    return area() == EVERYWHERE or (kind == Of.BUILDING and area().has(code.partition("/")[0]))


def _allowed(kind: str, code: str = "") -> None:
    """A building's site is looked up by the house where it is named; here it stands in the code."""
    if code and not _is_mine(kind, code):
        abort(404)
    if kind != Of.BUILDING and area() != EVERYWHERE:
        abort(404)


def _figure(name: str, wrong: dict[str, str]) -> int:
    given, (least, most) = request.form.get(name, "").strip(), RANGES[name]
    if given.isascii() and given.isdecimal() and least <= int(given) <= most:
        return int(given)
    wrong[name] = gettext("A number from %(least)s to %(most)s, please.", least=least, most=most)
    return least


def _contact() -> tuple[CareContact | None, dict[str, str]]:
    """What was typed, or what is wrong with it, by field."""
    given, wrong = request.form, dict[str, str]()
    kind, query = given.get("kind", ""), Query(given)
    name, mail = query.text("name"), query.text("mail")
    if kind not in set(Of):
        abort(400)
    code = query.text("of")
    if kind == Of.BUILDING:
        code = f"{query.text('site')}/{code}" if code and query.text("site") else ""
    if not code:
        wrong["of"] = gettext("Please say whose contact this is.")
    if not name:
        wrong["name"] = gettext("A name is needed.")
    if mail and "@" not in mail:
        wrong["mail"] = gettext("No mail address has no @.")
    try:
        phone = fields.phone(given.get("phone", ""))
    except Refusal:
        wrong["phone"] = gettext("Digits alone, please, such as 13800138000.")
        phone = ""
    return (None, wrong) if wrong else (CareContact(Of(kind), code, name, phone, mail), wrong)
