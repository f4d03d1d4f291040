"""The page of a week's menus."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Site
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.console.door.acting import acting, nothing_done
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.canteen.menus import week as menus
from sync.office.services.canteen.menus.form import MenuForm, field_of, fingerprint
from sync.office.services.canteen.menus.week import Dishes, MenusChangedSince, SiteWeek, week_with
from sync.office.store.database import reading


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/menus`."""
    region_id = office.region_id
    pages.app_template_filter("weekday")(_weekday)

    @pages.get("/menus", endpoint="menus")
    @needs(Permission.SEE_SALES)
    def of_week() -> str | tuple[str, int]:
        with reading(office.engine) as connection:
            known = load_names(connection, region_id, current()).sites
        if not any(area().has(each) for each in known):
            return render_template("console/message.html", message=gettext("No site is set up here yet."))
        return _page(*_wanted(request.args))

    @pages.post("/menus")
    @needs(Permission.CHANGE_MENUS)
    def keep_menus() -> Response | tuple[str, int]:
        site, week, names = _wanted(request.form)
        meals = [each.meal for each in site.meals]
        with reading(office.engine) as connection:
            now = menus.dishes_of(connection, region_id, week, meals)
        form = MenuForm(request.form, now, formats.today(site.time_zone))
        if form.wrong or request.form.get("seen") != fingerprint(now):
            nothing_done()
            said = gettext("Somebody wrote these menus meanwhile. Keep yours all the same?")
            message = "" if form.wrong else said
            return _page(site, week, names, typed=form.dishes, wrong=form.wrong, message=message)
        with acting(office, site=site.name, week=week.monday) as doing:
            made = menus.keep(
                doing.connection,
                region_id,
                week,
                form.dishes,
                who=current_user.username,
                at_ms=office.now_ms(),
            )
            if made is not None:
                doing.before |= _told(made.before)
                doing.after |= _told(made.after)
        office.news.look_soon()
        return redirect(_address(week))

    @pages.post("/menus/take-back")
    @needs(Permission.CHANGE_MENUS)
    def take_menus_back() -> Response | tuple[str, int]:
        site, week, names = _wanted(request.form)
        try:
            with acting(office, site=site.name, week=week.monday) as doing:
                seq = Query(request.form).number("seq")
                made = menus.take_back(doing.connection, region_id, week, seq)
                doing.before |= _told(made.after)
                doing.after |= _told(made.before)
        except MenusChangedSince:
            message = gettext("Somebody wrote these menus meanwhile: nothing was taken back.")
            return _page(site, week, names, message=message)
        office.news.look_soon()
        return redirect(_address(week))

    def _wanted(given: Mapping[str, str]) -> tuple[Site, SiteWeek, Names]:
        """The site and week of a request; without, the first of theirs, and this week."""
        query = Query(given)
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            sites = {each.name: each for each in current_values(connection, region_id, Kind.SITE)}
        mine = area()
        asked = query.site() or next((each for each in sorted(sites) if mine.has(each)), "")
        site = sites.get(asked) or abort(404)
        day = query.day("week", formats.today(site.time_zone))
        query.insist()
        return site, week_with(site.name, day), names

    def _page(
        site: Site,
        week: SiteWeek,
        names: Names,
        *,
        typed: Dishes | None = None,
        wrong: Mapping[str, str] | None = None,
        message: str = "",
    ) -> tuple[str, int]:
        meals = [each.meal for each in sorted(site.meals, key=lambda each: each.opens)]
        today = formats.today(site.time_zone)
        with reading(office.engine) as connection:
            now = menus.dishes_of(connection, region_id, week, meals)
            last = menus.last_change(connection, region_id, week)
            former = menus.dishes_of(connection, region_id, week.before, meals)
        copies = request.args.get("from") == "last"
        empty = [place for place in now if copies and not now[place] and place[0] >= today]
        filled = {(day, meal): former.get((day - menus.WEEK, meal), ()) for day, meal in empty}
        page = render_template(
            "canteen/menus.html",
            names=names,
            site=site,
            week=week,
            meals=meals,
            now=now,
            dishes={**now, **filled, **(typed or {})},
            copied=any(filled.values()),
            can_copy=any(former.values()),
            field_of=field_of,
            seen=fingerprint(now),
            site_today=today,
            last=last,
            wrong=wrong or {},
            message=message,
        )
        return page, 409 if message else 400 if wrong else 200

    def _address(week: SiteWeek) -> str:
        return url_for("console.canteen.menus", site=week.site, week=week.monday)


def _told(dishes: Dishes) -> dict[str, str]:
    return {field_of(place): "、".join(each) for place, each in dishes.items()}


def _weekday(day: date) -> str:
    locale = get_locale()
    return format_date(day, "M月d日 EEEE" if locale.language == "zh" else "EEEE, d MMM", locale=locale)
