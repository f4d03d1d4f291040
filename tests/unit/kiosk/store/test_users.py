"""Whose files are whose, where root has been at work."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import pytest

from kiosk.store import users
from kiosk.store.users import COUNTER, EXCHANGE, OFFICE, acting_as, give_back, mask_for, of_a_store, user_of

KIOSK, SYNC, GROUP = 23001, 23002, 23003
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store as the installation lays it down, on a machine that has the users."""
    known = {COUNTER: KIOSK, EXCHANGE: SYNC}

    def getpwnam(name: str) -> pwd.struct_passwd:
        return pwd.struct_passwd((name, "x", known[name], GROUP, "", "/", "/bin/false"))

    monkeypatch.setattr(pwd, "getpwnam", getpwnam)
    folder = tmp_path / "store"
    folder.mkdir()
    os.chown(folder, 0, GROUP)
    folder.chmod(0o2770)
    return folder


@needs_root
def test_each_service_gets_back_its_own(store: Path) -> None:
    names = ["journal.db", "catalogue.db", "device.key", "enrolment.json", "enrolment.json.copy", "web.key"]
    for name in names:
        (store / name).touch(0o600)
    (store / "voice").mkdir()
    (store / "voice" / "welcome.wav").touch()
    assert len(give_back(store, of_a_store)) == len(names) + 2
    owners = {path.name: path.stat().st_uid for path in store.rglob("*")}
    assert {name for name, uid in owners.items() if uid == SYNC} == set(names) - {"journal.db", "web.key"}
    assert {uid for name, uid in owners.items() if name not in names} == {KIOSK}
    modes = {name: stat.S_IMODE((store / name).stat().st_mode) for name in ("journal.db", "device.key")}
    assert modes == {"journal.db": 0o660, "device.key": 0o600}
    assert give_back(store, of_a_store) == []


@needs_root
def test_what_leads_elsewhere_is_not_given_away(store: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.touch()
    (store / "by-name").symlink_to(precious)
    os.link(precious, store / "twice")
    os.mkfifo(store / "pipe")
    assert give_back(store, of_a_store) == []
    assert precious.stat().st_uid == 0


@needs_root
def test_a_folder_of_one_user_is_worked_in_as_that_user(tmp_path: Path) -> None:
    assert user_of(tmp_path, OFFICE) is None  # root's own
    os.chown(tmp_path, 23004, 23005)
    for folder in (tmp_path, tmp_path / "not yet there" / "data"):
        found = user_of(folder, OFFICE)
        assert found is not None
        assert (found.uid, found.gid, str(found)) == (23004, 23005, "23004")


@needs_root
def test_somebody_else_is_tried_and_left_again(store: Path) -> None:
    (store / "device.key").write_bytes(b"secret")
    (store / "device.key").chmod(0o600)
    with acting_as(user_of(store, EXCHANGE)), pytest.raises(PermissionError):
        (store / "device.key").read_bytes()
    assert (os.getresuid(), os.getresgid()) == ((0, 0, 0), (0, 0, 0))
    assert (store / "device.key").read_bytes() == b"secret"


def test_new_files_are_for_their_service_alone_or_for_the_two_that_share(tmp_path: Path) -> None:
    assert mask_for(tmp_path) == mask_for(tmp_path / "not yet there") == 0o077
    tmp_path.chmod(0o2770)
    assert mask_for(tmp_path) == 0o007


def test_where_the_installation_made_no_users_nobody_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "INSTALLED", tmp_path)
    assert user_of(tmp_path / "kiosk", "no-such-service") in (None, user_of(tmp_path, COUNTER))
