"""The pages of top-ups by bank transfer: a file looked at and proposed; what files brought; undoing it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from sync.office.books.bank import bank_topups
from sync.office.books.bank.bank_topups import BookedTopUp
from sync.office.console import formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import looked_at, nothing_done
from sync.office.console.door.guard import area
from sync.office.console.door.security import policy
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.residents.found import people_shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Effect
from sync.office.services.accounts.bank_file.booking import (
    BOOK_BANK_FILE,
    UNDO_BANK_FILE,
    BookBankFile,
    UndoBankFile,
    balances_fen,
    free_fen,
)
from sync.office.services.accounts.bank_file.reading import MOST_FEN, TopUpLine, read
from sync.office.services.accounts.bank_file.words import why_not
from sync.office.store.database import reading

LONGEST_NAME, LONGEST_WHY = 80, 200
TOLD = 100  # top-ups that a proposal names one by one
_lines = msgspec.json.Decoder(tuple[TopUpLine, ...])


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/topups` and what lies below it."""
    region_id = office.region_id

    @pages.get("/topups")
    @needs(Permission.SEE_MONEY)
    def topups() -> Response:
        return _list()

    @pages.post("/topups")
    @needs(Permission.MOVE_MONEY)
    def look_at_bank_file() -> Response | tuple[str, int]:
        given = request.files.get("sheet")
        content = given.read() if given else b""
        nothing_done()
        if given is None or not content:
            return _list(gettext("Choose a file first: .xlsx, .xls or .csv."))
        mine = area(Permission.MOVE_MONEY).has
        try:
            with reading(office.engine) as connection:
                names = load_names(connection, region_id, current())
                found = read(connection, region_id, content, mine)
        except Refusal as refusal:
            return _list(why_not(refusal))
        shown = {each: who for each, who in found.residents.items() if mine(who.home_site)}
        looked_at({each.resident_id for each in found.lines})
        page = render_template(
            "accounts/bank_file.html",
            names=names,
            found=found,
            residents=shown,
            file=(given.filename or "")[:LONGEST_NAME],
            lines=msgspec.json.encode(found.lines).decode(),
            why_not=why_not,
        )
        return page, 400 if found.problems else 200

    @pages.post("/topups/propose")
    @needs(Permission.MOVE_MONEY)
    def propose_topups() -> Redirect:
        try:
            lines = _lines.decode(request.form.get("lines", ""))
        except msgspec.MsgspecError:
            abort(400)
        with reading(office.engine) as connection:
            residents = people_shown(connection, region_id, {each.resident_id for each in lines})
        good = all(0 < each.fen <= MOST_FEN and each.resident_id in residents for each in lines)
        if not lines or not good or len({each.number for each in lines}) < len(lines):
            abort(400)
        file = request.form.get("file", "")[:LONGEST_NAME]
        asked = BookBankFile(batch=secrets.token_hex(8), file=file, lines=lines)
        site = _only({each.home_site for each in residents.values()})
        done = put_forward(office, BOOK_BANK_FILE, asked, site=site, effect=_effect(lines, residents))
        return redirect(url_for("console.accounts.topups" if done else "console.proposals"))

    @pages.get("/topups/<batch>")
    @needs(Permission.SEE_MONEY)
    def topups_of_file(batch: str) -> tuple[str, int]:
        return _batch(batch)

    @pages.post("/topups/<batch>/undo")
    @needs(Permission.MOVE_MONEY)
    def undo_topups(batch: str) -> tuple[str, int] | Redirect:
        why = request.form.get("why", "").strip()[:LONGEST_WHY]
        found = [each for each in _mine(batch) if each.stands]
        if not why or not found:
            nothing_done()
            return _batch(batch, gettext("Please say why it is undone."))
        fen = sum(each.topup.fen for each in found)
        asked = UndoBankFile(batch=batch, fen=fen, why=why, accepts_exposure="exposure" in request.form)
        residents = tuple(sorted({each.topup.resident_id for each in found}))
        total = {gettext("Amount, yuan"): formats.yuan(-fen)}
        effect = Effect(after=total, residents=residents[:TOLD])
        site = _only({each.topup.site for each in found})
        if put_forward(office, UNDO_BANK_FILE, asked, site=site, effect=effect, reason=why):
            return redirect(url_for("console.accounts.topups_of_file", batch=batch))
        return redirect(url_for("console.proposals"))

    def _mine(batch: str) -> list[BookedTopUp]:
        """All of a file, for whoever may see all of it."""
        with reading(office.engine) as connection:
            found = bank_topups.of_batch(connection, region_id, batch)
        if not found or not all(area().has(each.topup.site) for each in found):
            abort(404)
        return found

    def _batch(batch: str, wrong: str = "") -> tuple[str, int]:
        found = _mine(batch)
        whose = {each.topup.resident_id for each in found}
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            residents = people_shown(connection, region_id, whose)
            left_fen = balances_fen(connection, region_id, whose)
            free = free_fen(connection, region_id, whose)
        shown = {
            "names": names,
            "found": found,
            "residents": residents,
            "left_fen": left_fen,
            "free_fen": free,
        }
        sums = {"fen": sum(each.topup.fen for each in found if each.stands)}
        return render_template("accounts/topups_of_file.html", batch=batch, wrong=wrong, **shown, **sums), (
            400 if wrong else 200
        )

    def _list(wrong: str = "") -> Response:
        """With a script, by which a file is sent as soon as it is chosen."""
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = bank_topups.batches(connection, region_id, area(Permission.SEE_MONEY))
        content = render_template("accounts/topups.html", names=names, found=found, wrong=wrong)
        page = make_response(content, 400 if wrong else 200)
        page.headers["Content-Security-Policy"] = policy("script-src 'self'")
        return page


def _only(sites: Iterable[str]) -> str:
    """Where it is about one site alone; else only who answers for all of them may approve it."""
    found = set(sites)
    return found.pop() if len(found) == 1 else ""


def _effect(lines: tuple[TopUpLine, ...], residents: Mapping[int, Resident]) -> Effect:
    one_by_one = {
        f"{residents[each.resident_id].name} {each.resident_id} · {each.number}": f"+{formats.yuan(each.fen)}"
        for each in lines[:TOLD]
    }
    total = {gettext("Total"): formats.yuan(sum(each.fen for each in lines))}
    return Effect(after=one_by_one | total, residents=tuple(sorted(residents)))
