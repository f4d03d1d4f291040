"""The `office` command run in a folder, and how it must end when something is wrong."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

Office = Callable[..., Result]


def ends(done: Result, code: int, *said: str) -> None:
    assert done.exit_code == code, done.output
    for words in said:
        assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("office: ")
