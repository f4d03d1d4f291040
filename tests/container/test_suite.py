"""The fast suite on the other Debian, asked for from here."""

from __future__ import annotations

import pytest

from tests.container import suite


def test_what_is_tried_again_here_is_tried_again_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGAIN", raising=False)
    assert suite.command().endswith("&& make test AGAIN=false")
    monkeypatch.setenv("AGAIN", "python -m tests.again")
    assert suite.command().endswith("&& make test 'AGAIN=python -m tests.again'")
