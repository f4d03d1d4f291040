"""A file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.store.files import write_whole


def test_a_write_that_is_cut_off_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    write_whole(file, b"old")

    def cut(_descriptor: int) -> None:
        raise OSError("power")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", cut)
        with pytest.raises(OSError, match="power"):
            write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    write_whole(file, b"newer")
    assert file.read_bytes() == b"newer"
