"""`office.toml`: what is wrong is named, with what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.settings import SettingsError
from sync.office.settings import OfficeSettings, load


def _file(folder: Path, text: str) -> Path:
    file = folder / "office.toml"
    file.write_text(text)
    return file


def test_a_data_folder_is_all_that_is_needed(tmp_path: Path) -> None:
    settings = load(_file(tmp_path, '[office]\ndata = "books"\n'), {})
    assert settings.data == tmp_path / "books"
    assert settings.database_url == f"sqlite:///{tmp_path / 'books' / 'office.db'}"
    assert settings.key_file == tmp_path / "books" / "office.key"


def test_the_environment_comes_first(tmp_path: Path) -> None:
    environment = {"OFFICE_DATABASE": "postgresql://office@db/office", "OFFICE_LISTEN": "0.0.0.0:80"}
    settings = load(_file(tmp_path, '[office]\ndata = "/srv"\nlisten = "127.0.0.1:1"\n'), environment)
    assert settings.database_url == "postgresql://office@db/office"
    assert settings.listen == "0.0.0.0:80"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "office"),
        ('[office]\ndata = "d"\ncolour = 1\n', ":3: office.colour: no such key; allowed here: data"),
        ('[office]\ndata = "d"\nlisten = "80"\n', "HOST:PORT"),
        ('[office]\ndata = "d"\ndatabase = "mysql://x"\n', "sqlite:// or postgresql://"),
        ('[office]\ndata = "d"\nthreads = 0\n', "threads = 0: 1 to 10000"),
        ('[office]\ndata = "d"\nregion_id = 2147483648\n', "1 to 2147483647"),
        ('[office]\ndata = "d"\npool_fen = 10000000000000\n', "0 to 1000000000000"),
        ('[office]\ndata = "d"\nlisten = "127.0.0.1:70000"\n', "HOST:PORT"),
        (f"[office]\ndata = {'[' * 5000}{']' * 5000}\n", "nested deeper"),
        ('[office]\ndata = "d"\nproxies = -1\n', "proxies = -1: 0 to 9"),
        ('[office]\ndata = "d"\nmetrics_token = "short"\n', "metrics_token: at least 16 characters"),
        ('[office]\ndata = "d"\nalert_command = ["mail"]\n', "begins with a whole path"),
        ('[office]\ndata = "d"\nalert_url = "smtp://x"\n', "begins with https:// or http://"),
        ('[office]\ndata = "d"\nthreads = "many"\n', ":3: office.threads"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as fault:
        load(_file(tmp_path, text), {})
    assert says in str(fault.value)


def test_a_fault_in_the_environment_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"environment: listen = 'x': HOST:PORT"):
        load(_file(tmp_path, '[office]\ndata = "d"\n'), {"OFFICE_LISTEN": "x"})


@pytest.mark.parametrize(
    ("listen", "proxies", "trusted"),
    [
        ("127.0.0.1:1", None, 1),
        ("0.0.0.0:1", None, 0),
        ("127.0.0.1:1", 0, 0),
        ("0.0.0.0:1", 2, 2),
    ],
)
def test_how_many_web_servers_stand_in_front(
    tmp_path: Path, listen: str, proxies: int | None, trusted: int
) -> None:
    assert OfficeSettings(data=tmp_path, listen=listen, proxies=proxies).trusted_proxies == trusted
