"""The pages on which cash is entered as banked, listed, and undone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from sync.office.books.bank import bankings
from sync.office.console import files, formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import acting, nothing_done
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names, staff_names
from sync.office.console.queries import Query
from sync.office.console.reporting.sheets import export
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Effect
from sync.office.services.till.banking import paying_in
from sync.office.services.till.banking.listed import as_sheet, in_safes_fen
from sync.office.services.till.banking.paying_in import BANK_CASH, NotStanding, NotWaiting, PayIn, SlipKnown
from sync.office.services.till.close_outs import not_banked
from sync.office.store.database import reading

LONGEST_SLIP, LONGEST_WHY = 40, 200
Wrong = dict[str, str]


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/cash/bank`, where cash is entered, and `/cash/banked`, where what was entered stands."""
    region_id = office.region_id

    @pages.get("/cash/bank")
    @needs(Permission.MOVE_MONEY)
    def bank_cash() -> tuple[str, int]:
        return _form(Query(request.args).site(), {}, {})

    @pages.post("/cash/bank")
    @needs(Permission.MOVE_MONEY)
    def enter_banked() -> tuple[str, int] | Redirect:
        given, by, at_ms = request.form, current_user.username, office.now_ms()
        asked, wrong = _asked(given)
        if asked is None:
            return _form(given.get("site", ""), given, wrong)
        try:
            with reading(office.engine) as connection:
                counted_fen = paying_in.counted_fen(paying_in.chosen(connection, region_id, asked))
            if asked.banked_fen == counted_fen:
                with acting(office, site=asked.site, slip=asked.slip, day=asked.day) as doing:
                    paying_in.book(doing.connection, region_id, asked, by=by, booked_by=by, at_ms=at_ms)
                    doing.after["banked"] = formats.yuan(asked.banked_fen)
            elif not asked.why:
                return _form(asked.site, given, {"why": _differs(counted_fen, asked.banked_fen)})
            elif not _put_forward(asked, counted_fen):
                return redirect(url_for("console.proposals"))
        except (SlipKnown, NotWaiting) as refused:
            return _form(asked.site, given, _said(refused))
        return _to_the_list(asked.site, asked.day)

    @pages.get("/cash/banked")
    @needs(Permission.SEE_MONEY)
    def banked() -> tuple[str, int]:
        return _list(Query(request.args))

    @pages.get("/cash/banked.<any(json, csv, xlsx):file_format>")
    @needs(Permission.SEE_MONEY)
    def banked_file(file_format: str) -> Response:
        query = Query(request.args)
        site, first_day, last_day = _days(query)
        query.insist()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = bankings.of_days(connection, region_id, site, first_day, last_day)
        name = f"banked-{first_day}-{last_day}.{file_format}"
        return files.attached(export(as_sheet(found), file_format, names, gettext), name)

    @pages.post("/cash/banked/undo")
    @needs(Permission.MOVE_MONEY)
    def undo_banked() -> tuple[str, int] | Redirect:
        given, by = request.form, current_user.username
        slip, site, why = (given.get(name, "").strip() for name in ("slip", "site", "why"))
        if not why:
            nothing_done()
            return _list(Query({"site": site}), wrong_at=slip)
        about = {"slip": slip, "site": site, "reason": why[:LONGEST_WHY]}
        try:
            with acting(office, **about) as doing:
                undone = paying_in.undo(
                    doing.connection, region_id, slip, site, why[:LONGEST_WHY], by=by, at_ms=office.now_ms()
                )
                doing.before["banked"] = formats.yuan(undone.banking.banked_fen)
        except NotStanding:
            abort(404)
        return _to_the_list(site, undone.banking.day)

    def _list(query: Query, wrong_at: str = "") -> tuple[str, int]:
        site, first_day, last_day = _days(query)
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = bankings.of_days(connection, region_id, site, first_day, last_day)
        shown = {"names": names, "site": site, "found": found, "sheet": as_sheet(found), "wrong_at": wrong_at}
        days = {"first_day": first_day, "last_day": last_day}
        page, status = query.answer("till/banked.html", **shown, **days)
        return page, 400 if wrong_at else status

    def _put_forward(asked: PayIn, counted_fen: int) -> bool:
        effect = Effect(
            before={gettext("Counted"): formats.yuan(counted_fen)},
            after={
                gettext("Banked"): formats.yuan(asked.banked_fen),
                gettext("Difference"): formats.yuan(asked.banked_fen - counted_fen),
            },
        )
        return put_forward(office, BANK_CASH, asked, site=asked.site, effect=effect, reason=asked.why)

    def _form(site: str, given: Mapping[str, str], wrong: Wrong) -> tuple[str, int]:
        if wrong:
            nothing_done()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            site = site or next(iter(names.sites), "")
            waiting = not_banked(connection, region_id, site) if site else []
            staff = staff_names(connection, region_id)
            in_safe_fen = in_safes_fen(connection, region_id, [site]).get(site, 0)
        chosen = set(request.form.getlist("close_out")) if given else {each.key for each in waiting}
        shown = {"names": names, "site": site, "given": given, "wrong": wrong, "chosen": chosen}
        sums = {"counted_fen": paying_in.counted_fen(waiting), "in_safe_fen": in_safe_fen}
        shown |= {"waiting": waiting, "staff": staff, "today": formats.today()}
        return render_template("till/bank.html", **shown, **sums), 400 if wrong else 200

    def _days(query: Query) -> tuple[str, date, date]:
        today = formats.today()
        return query.site(), *query.days(today - timedelta(days=30), today)


def _to_the_list(site: str, day: date) -> Redirect:
    days: dict[str, Any] = {"from": min(day, formats.today() - timedelta(days=30))}
    return redirect(url_for("console.till.banked", site=site, **days))


def _asked(given: Mapping[str, str]) -> tuple[PayIn | None, Wrong]:
    """What was typed, or what is wrong with it, by field."""
    wrong: Wrong = {}
    slip, fen = given.get("slip", "").strip(), formats.fen_typed(given.get("yuan", ""))
    close_outs = tuple(request.form.getlist("close_out"))
    if not 0 < len(slip) <= LONGEST_SLIP:
        wrong["slip"] = gettext("The number on the bank's slip is needed.")
    if not fen:
        wrong["yuan"] = gettext("An amount in yuan is needed, such as 12.50.")
    if not close_outs:
        wrong["close_out"] = gettext("Please choose whose cash it was.")
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        day = date.max
    if day > formats.today():
        wrong["day"] = gettext("Please give the day on the slip; it is not in the future.")
    if wrong or not fen:
        return None, wrong
    asked = PayIn(
        request_id=f"banked {secrets.token_hex(8)}",
        site=given.get("site", ""),
        slip=slip,
        day=day,
        close_outs=close_outs,
        banked_fen=fen,
        why=given.get("why", "").strip()[:LONGEST_WHY],
    )
    return asked, wrong


def _differs(counted_fen: int, banked_fen: int) -> str:
    figures = {
        "counted": formats.yuan(counted_fen),
        "difference": formats.yuan(banked_fen - counted_fen),
    }
    words = _(
        "The chosen close-outs come to %(counted)s yuan, a difference of %(difference)s. Please say why."
    )
    return str(gettext(words, **figures))


def _said(refused: SlipKnown | NotWaiting) -> Wrong:
    if isinstance(refused, NotWaiting):
        return {"close_out": gettext("Cash of these is in the bank already. Please choose once more.")}
    figures = {"day": refused.day, "yuan": formats.yuan(refused.banked_fen), "who": refused.entered_by}
    words = _("This slip was entered already: %(yuan)s yuan on %(day)s, by %(who)s.")
    return {"slip": str(gettext(words, **figures))}
