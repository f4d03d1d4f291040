"""Roots are made once and kept, but not for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.container import roots

OLD, NEW = "trixie-tests-0123456789ab", "trixie-tests-ba9876543210"
OTHERS = ("trixie-bare", "bookworm-tests-0123456789ab", f"{OLD}-0.3.0")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(roots, "ROOTS", tmp_path)
    return tmp_path


def made(name: str) -> list[Path]:
    """Which folders asking for `name` made."""
    folders: list[Path] = []
    roots.kept(name, folders.append)
    return folders


def asked_for_last(cache: Path, name: str, hours_ago: float) -> None:
    then = time.time() - hours_ago * 3600
    os.utime(cache / name, (then, then))


def test_a_root_is_made_once(cache: Path) -> None:
    assert len(made(OLD)) == 1
    assert made(OLD) == []


def test_a_root_that_others_needs_replaced_goes_after_a_day(cache: Path) -> None:
    for name in (OLD, *OTHERS):
        made(name)
        asked_for_last(cache, name, hours_ago=23)
    made(NEW)
    assert (cache / OLD).exists(), "a run may still stand on it"
    for name in (OLD, *OTHERS):
        asked_for_last(cache, name, hours_ago=25)
    made(NEW)
    assert not (cache / OLD).exists()
    assert all((cache / name).exists() for name in OTHERS)


def test_a_root_that_is_asked_for_is_not_old(cache: Path) -> None:
    made(OLD)
    asked_for_last(cache, OLD, hours_ago=25)
    made(OLD)
    made(NEW)
    assert (cache / OLD).exists()
