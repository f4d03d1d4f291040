"""Mistakes that were made at the office's door, planted again: the test that guards against each must fail.

The simulator's own are in `tests/simulation/mutants.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from sync.office.people import clerk_sessions, login_tries
from sync.office.store import tables
from tests.office import test_guessing, test_login
from tests.office.books import Books

FAULTS: dict[str, tuple[Any, str, Callable[..., Any], Callable[[Books], None]]] = {
    "the signed-out cookie alive": (
        clerk_sessions,
        "end",
        lambda *_: None,
        test_login.test_a_cookie_that_was_kept_opens_nothing_after_logging_out,
    ),
    "sessions outlive the password": (
        clerk_sessions,
        "end_all",
        lambda *_: None,
        lambda books: test_login.test_a_new_password_ends_open_sessions(books, _logged_in(books)),
    ),
    "sessions outlive the day": (
        clerk_sessions,
        "_over",
        lambda at_ms: tables.clerk_sessions.c.used_at_ms <= at_ms - clerk_sessions.IDLE_MS,
        test_login.test_the_session_ends_after_half_a_day_even_if_it_is_used,
    ),
    "strangers lock the clerk out": (
        login_tries,
        "of_a_known_browser",
        lambda browser: login_tries.of_a_stranger("192.0.2.1", "wang"),
        test_guessing.test_a_stranger_does_not_keep_the_clerk_out,
    ),
    "tries are counted when it is too late": (
        login_tries,
        "count",
        lambda *_: None,
        test_guessing.test_each_guess_doubles_the_wait,
    ),
}


def _logged_in(books: Books) -> Any:
    browser = books.browser()
    browser.log_in()
    return browser


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_caught(books: Books, fault: str) -> None:
    module, name, planted, guard = FAULTS[fault]
    books.hire()
    with patch.object(module, name, planted), pytest.raises(AssertionError):
        guard(books)
