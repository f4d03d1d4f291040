"""What the office writes into its log names no resident, whatever is asked of it."""

from __future__ import annotations

import logging

import pytest
from structlog.testing import capture_logs

from tests.office.access.walking import routes_of, walker
from tests.office.books import PASSWORD, Books, Browser
from tests.office.pages.residents.form import NEW, add, id_number

PERSON = {
    "household": "户甲乙",
    "grid_worker": "网格张",
    "phone": "13911112222",
    "contact-0-name": "女儿小赵",
    "contact-0-phone": "13933334444",
    "category-0": "独居",
    "category-0-evidence": "户口本",
}


def test_no_page_writes_a_residents_name_or_numbers_into_the_log(
    books: Books, clerk: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """Every route, with everything about somebody in its address or its form."""
    about = {**PERSON, "id_number": id_number(), "name": NEW["name"], "born": NEW["born"]}
    caplog.set_level(logging.DEBUG)
    with capture_logs() as written:
        add(clerk, **about)
        asker = walker(clerk)
        for route in routes_of(books.app):
            for asked in (about, {**about, "q": NEW["name"]}, {**about, "q": about["id_number"]}):
                asker.ask(route, **asked)
        books.browser().log_in(str(NEW["name"]), PASSWORD)
    said = f"{written} {[each.getMessage() for each in caplog.records]}"
    assert "resident_kept" in said, "something is written"
    for secret in (*about.values(), about["id_number"][-6:], PASSWORD):
        assert secret not in said, secret
