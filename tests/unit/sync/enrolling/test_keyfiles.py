"""Keys as files: made once, private, whole or not there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from sync.enrolling.keyfiles import read_key, read_or_make_key


def test_a_key_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "k"
    assert read_or_make_key(file).public == read_or_make_key(file).public == read_key(file).public
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["k"]


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"short")
    with pytest.raises(ValueError, match="32"):
        read_key(tmp_path / "k")
