"""A file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kiosk.store.files import read_json, write_whole


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


class Small(msgspec.Struct):
    """What a file may hold."""

    name: str


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"name": 7}',
        b'{"name": "\xff"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"x": ' * 100_000 + b"1" + b"}" * 100_000,
        b'{"name": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_whatever_a_file_holds_there_is_one_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(msgspec.DecodeError):
        read_json(tmp_path / "f", Small)
