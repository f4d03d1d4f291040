"""A wrong configuration is named by line, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.cli import main
from kiosk.settings import SettingsError, load

GOOD = '[kiosk]\nname = "front"\nsite = "huasheng"\n[store]\nfolder = "data"\n'

EAST = "[[outlets]]\ndriver = 'dianchuan'\nname = 'east'\n"
WEST = "port = '/dev/ttyUSB1'\n" + EAST.replace("east", "west") + "port = '/dev/ttyUSB2'\n"
SHED = (
    "[[outlets]]\ndriver = 'relays'\nname = 'shed'\nport = '/dev/shed'\n"
    "relays = 'timed'\nmeter = 'pzem'\nmeters = [11, 12]\n"
)
WRONG_SHEDS = [  # what is written otherwise, what besides, and what is said of it
    ("timed", "quick", "", "relays = 'quick': allowed is timed, plain"),
    ("relays = 'timed'\n", "", "", "relays = '': allowed is timed, plain"),
    ("pzem", "sdm", "", "meter = 'sdm': allowed is pzem, ddsu666, dlt645"),
    ("[11, 12]", "[]", "", "meters = '[]': allowed is 1 to 32 addresses, one for each socket"),
    ("12]", "248]", "", "meters = '248': allowed is 1 to 247"),
    ("12]", "'12']", "", "meters = '12': allowed is 1 to 247"),
    ("12]", "11]", "", "meters = '11': allowed is addresses that nobody else on the line has"),
    ("12]", "1]", "", "meters = '1': allowed is addresses that nobody else on the line has"),
    ("", "", "board = 0\n", "board = '0': allowed is 1 to 247"),
    ("pzem", "dlt645", "", "meters_port = '': allowed is a line of their own, for meters of dlt645"),
    ("pzem", "dlt645", "meters_port = '/dev/b'\n", "meters = '11': allowed is 12 digits in quotes"),
    ("", "", "meters_port = '/dev/shed'\n", "meters_port = '/dev/shed': allowed is another line than"),
    ("", "", "meters_port = 'COM4'\n", "meters_port = 'COM4': allowed is a device such as"),
    ("", "", "meters_baudrate = 7\n", "meters_baudrate = '7': allowed is 1200, 2400,"),
]

DNY, AT = "[[outlets]]\ndriver = 'dny'\nname = 'lan'\n", "port = 'tcp://127.0.0.1:9000'\n"
ID = "id = '04AB373B'\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_relative_folders_start_from_the_files_own(tmp_path: Path) -> None:
    settings = load(write(tmp_path, GOOD))
    assert settings.store.folder == tmp_path / "data"
    assert settings.store.voice == tmp_path / "data" / "voice"
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert settings.reader.path == ""


WRONG = {
    GOOD + "[reader]\nport = 'x'\n": "kiosk.toml:7: reader.port: no such key; allowed here: path",
    GOOD + "[stores]\n": "kiosk.toml:6: stores: no such key; allowed here: kiosk, store, web, reader",
    GOOD + "[web]\nlisten = '8080'\n": "web: '8080': HOST:PORT such as 127.0.0.1:8080 is allowed",
    GOOD + "[printer]\nwidth = 80\n": "printer: width = 80: 24 to 64 columns are allowed, 32 on 58 mm, 48",
    GOOD + "[wedge]\ncard = 'octal'\n": "wedge: 'octal': none, hex, hex_reversed, decimal, decimal_reversed",
    GOOD + "[scanner]\n\nport = 'COM3'\n": (
        "kiosk.toml:8: scanner: port = 'COM3': allowed is a device such as /dev/ttyUSB1, or a pyserial URL"
    ),
    GOOD + "[printer]\nport = 'lp0'\n": "kiosk.toml:7: printer: port = 'lp0': allowed is a device",
    GOOD + "[reader]\npath = 'COM3'\n": "kiosk.toml:7: reader: path = 'COM3': allowed is tty:/dev/ttyUSB0",
    GOOD + EAST + "port = 'COM4'\n": "kiosk.toml:9: outlets: port = 'COM4': allowed is a device such as",
    GOOD
    + "[[outlets]]\ndriver = 'x'\nport = ''\n": "kiosk.toml:7: outlets: driver = 'x': allowed is dianchuan",
    GOOD
    + EAST
    + "port = ''\nbaud = 9600\n": "kiosk.toml:10: outlets.baud: no such key; allowed here: driver,",
    GOOD
    + EAST
    + "port = ''\nbaudrate = 9601\n": "kiosk.toml:10: outlets: baudrate = '9601': allowed is 1200,",
    GOOD + EAST + WEST + "baudrate = 1\n": "kiosk.toml:14: outlets: baudrate = '1': allowed is 1200,",
    GOOD + EAST + WEST.replace("west", "east"): "kiosk.toml:12: outlets: name = 'east': another of its own",
    GOOD
    + EAST
    + WEST.replace("west", "to the west"): "kiosk.toml:12: outlets: name = 'to the west': allowed is",
    GOOD
    + DNY
    + "port = '/dev/ttyS0'\n"
    + ID: "kiosk.toml:9: outlets: port = '/dev/ttyS0': allowed is tcp://",
    GOOD
    + DNY
    + AT
    + "id = '09AB373B'\n": "kiosk.toml:10: outlets: id = '09AB373B': allowed is 8 hexadecimal",
    GOOD
    + DNY
    + AT: "kiosk.toml:6: outlets: id = '': allowed is 8 hexadecimal digits that begin with 03, 04, 05",
    GOOD + DNY + AT + "id = '04AB373B'\n" + DNY.replace("lan", "s") + AT + "id = '04AB373B'\n": (
        "kiosk.toml:15: outlets: id = '04AB373B': another of its own is allowed"
    ),
    GOOD
    + EAST
    + "port = ''\nid = '04AB373B'\n": "kiosk.toml:10: outlets: id = '04AB373B': allowed is nothing, for",
    **{GOOD + SHED.replace(*change, 1) + more: f"outlets: {said}" for *change, more, said in WRONG_SHEDS},
    GOOD + EAST + "port = '/dev/shed'\n" + SHED: "outlets: port = '/dev/shed': another of its own is allowed",
    GOOD
    + EAST
    + "port = '/dev/b'\n"
    + SHED
    + "meters_port = '/dev/b'\n": "meters_port = '/dev/b': another of",
    GOOD + EAST + "port = ''\nmeter = 'pzem'\n": "outlets: meter = 'pzem': allowed is nothing, for the",
    GOOD.replace('"front"', "7"): "kiosk.toml:2: kiosk.name: Expected `str`, got `int`",
    GOOD.replace('"data"', "7"): "kiosk.toml:5: store.folder: 7 is no Path; a text is allowed",
    GOOD.replace("site", "# site"): "kiosk.toml:1: kiosk: Object missing required field `site`",
    GOOD
    + "[sync]\noffice = 'office:80'\n": "sync: office = 'office:80': a URL such as https://office.example",
    "[kiosk\n": "kiosk.toml: not TOML:",
    GOOD + "[web]\nlisten = '127.0.0.1:65536'\n": "web: '127.0.0.1:65536': HOST:PORT such as",
    GOOD + "[staff]\nlock_after_s = nan\n": "staff: lock_after_s = nan: 10 to 86400 is allowed",
    GOOD + "[printer]\nbaudrate = -1\n": "printer: baudrate = -1: 300 to 4000000 is allowed",
    GOOD + f"[printer]\nwidth = {'9' * 5000}\n": "kiosk.toml: not TOML: Exceeds the limit",
    GOOD + f"[web]\nlisten = {'[' * 5000}{']' * 5000}\n": "kiosk.toml: nested deeper than any setting is",
    GOOD + f"[web]\nlisten = {'{a=' * 5000}1{'}' * 5000}\n": "kiosk.toml: nested deeper than any setting is",
    GOOD + f"{'a.' * 5000}b = 1\n": "store.a: no such key",
    GOOD.replace('"data"', "[" * 300 + "]" * 300): "[[[ is no Path; a text is allowed",
    GOOD.replace('"data"', '"a\\u0000"'): "store.folder: 'a\\x00' is no Path; a text is allowed",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(write(tmp_path, text))
    assert WRONG[text] in str(error.value)


@pytest.mark.parametrize("command", ["run", "status", "doctor", "voice"])
@pytest.mark.parametrize("section", ["[reader]\npath = ", "[scanner]\nport = ", "[printer]\nport = "])
def test_a_command_with_a_wrong_device_ends_with_two(tmp_path: Path, command: str, section: str) -> None:
    path = write(tmp_path, f"{GOOD}{section}'COM3'\n")
    result = CliRunner().invoke(main, ["--config", str(path), command])
    assert result.exit_code == 2
    assert f"{path}:7: " in result.output
    assert "'COM3'" in result.output and "/dev/ttyUSB" in result.output


def test_a_missing_configuration_ends_with_two(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--config", str(tmp_path / "none.toml"), "status"])
    assert result.exit_code == 2
    assert "No such file" in result.output
