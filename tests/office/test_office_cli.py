"""The `office` command: what it does, how it ends, and that an error is one line."""

from __future__ import annotations

import json

import msgspec
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from PIL import Image

from kiosk.services.canteen.tables import servings
from sync.office.books.exposure import Exposure
from sync.office.cli import main
from sync.office.serving import serve as serving
from sync.office.serving.app import create_office
from sync.office.store.database import writing
from tests.office.books import HERE, PASSWORD, open_books, small_file
from tests.office.commands import ends
from tests.ports import free_port
from tests.sync.world import served

DAYS = ("--from", "2026-11-16", "--to", "2026-11-18")


def test_init_may_be_repeated(office, tmp_path):
    first, second = office("init"), office("init")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout == second.stdout
    assert "ready" in first.stdout


@pytest.mark.parametrize("words", [("run",), ("verify",), ("report", "meals"), ("clerk", "list")])
def test_a_mistyped_folder_does_not_become_an_office(office, tmp_path, words):
    ends(office(*words), 1, "no office here yet", "office init")
    assert not (tmp_path / "data").exists()


def test_the_doctor_names_the_next_steps_and_then_what_is_wrong(office, tmp_path):
    listen = f"127.0.0.1:{free_port()}"
    (tmp_path / "office.toml").write_text(f'[office]\ndata = "{tmp_path / "data"}"\nlisten = "{listen}"\n')
    done = office("doctor")
    assert (done.exit_code, "sudo office init" in done.output) == (0, True)
    assert not (tmp_path / "data").exists()
    office("init")
    done = office("doctor")
    assert [line[:12] for line in done.output.splitlines() if line.startswith("do")] == [
        "do  sites: n",
        "do  clerks: ",
        "do  kiosks: ",
    ]
    assert f"->  service: nobody listens at {listen}" in done.output
    assert done.exit_code == 1
    (tmp_path / "data" / "office.db").write_bytes(b"rubbish" * 1000)
    assert "->  books: file is not a database" in office("doctor").output


def test_the_doctor_asks_the_running_office(books):
    app = create_office(msgspec.structs.replace(books.office.settings))
    with served(app) as url:
        config = books.office.settings.data.parent / "office.toml"
        listen = url.removeprefix("http://")
        config.write_text(f'[office]\ndata = "{books.office.settings.data}"\nlisten = "{listen}"\n')
        done = CliRunner().invoke(main, ["--config", str(config), "doctor"])
        assert f"ok  service: {listen}: ok" in done.output
    app.extensions["office"].close()


def test_import_twice(office, tmp_path):
    office("init")
    file = tmp_path / "people.json"
    file.write_text(json.dumps(small_file()))
    assert office("import", str(file)).stdout.startswith(
        "13 items read, 15 changes to the catalogue, 2 opening"
    )
    assert ", 0 changes to the catalogue, 0 opening balances booked, 2 " in office("import", str(file)).stdout


def test_import_names_every_fault(office, tmp_path):
    office("init")
    content = small_file()
    content["residents"][0] |= {"home_site": "nowhere", "opening_fen": 1.5}
    file = tmp_path / "people.json"
    file.write_text(json.dumps(content))
    done = office("import", str(file))
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f'{file}: residents[0].home_site: given "nowhere"; allowed: fuyuan, huasheng',
        f"{file}: residents[0].opening_fen: given 1.5; allowed: a whole number up to 9007199254740991",
        f"office: {file}: 2 to mend; nothing was imported",
    ]


def test_enrolment_code(stocked):
    done = stocked("enrol-code", "--name", "front", "--site", HERE)
    assert done.exit_code == 0
    assert len(done.stdout.split()) == 1
    ends(stocked("enrol-code", "--name", "front", "--site", "nowhere"), 2, "nowhere", "fuyuan, huasheng")


def test_revoke(stocked):
    ends(stocked("revoke", "nobody"), 2, "nobody", "kiosk at huasheng")
    assert stocked("revoke", "kiosk at huasheng").stdout == "kiosk at huasheng: revoked\n"
    assert "written off" in stocked("revoke", "kiosk at huasheng", "--write-off").stdout


def test_exposure_is_printed(stocked):
    done = stocked("report", "exposure", "--format", "json")
    assert done.exit_code == 0
    found = msgspec.json.decode(done.stdout, type=Exposure)
    assert [each.kiosk for each in found.kiosks] == ["kiosk at huasheng"]
    assert found.largest_loss_fen == 30_000
    assert stocked("release-write-offs").stdout == "0.00 yuan released\n"


def test_clerks(stocked):
    assert stocked("clerk", "add", "wang", typed=f"{PASSWORD}\n").exit_code == 0
    assert stocked("clerk", "list").stdout == "wang: accountant, clerk\n"
    ends(stocked("clerk", "add", "wang", typed="x\n"), 2, "wang", "office clerk password wang")
    ends(stocked("clerk", "add", "li", typed="short\n"), 2, "5 characters", "at least 10")
    ends(stocked("clerk", "add", "li"), 2, "0 characters")
    ends(stocked("clerk", "password", "li", typed="x\n"), 2, "li", "wang")
    assert stocked("clerk", "password", "wang", typed="another good one\n").exit_code == 0
    assert stocked("clerk", "remove", "wang").exit_code == 0
    ends(stocked("clerk", "remove", "wang"), 2, "none yet")


def test_verify(stocked, tmp_path):
    assert stocked("verify").stdout == "The books hold.\n"
    with open_books(tmp_path / "data") as books, writing(books.office.engine) as connection:
        connection.execute(servings.update().values(full_fen=1))
    done = stocked("verify")
    assert done.exit_code == 1
    assert "servings" in done.stdout


def test_report_as_json(stocked):
    done = stocked("report", "meals", *DAYS)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["total"]["full_fen"] == 1500


def test_report_as_csv(stocked):
    assert (
        "2026-11-16,huasheng,lunch,60+,1,15.00" in stocked("report", "meals", *DAYS, "--format", "csv").stdout
    )


@pytest.mark.parametrize(("language", "total"), [("zh", "合计"), ("en", "Total")])
def test_report_as_workbook(stocked, tmp_path, language, total):
    file = tmp_path / "meals.xlsx"
    words = (*DAYS, "--format", "xlsx", "--lang", language, "--output", str(file))
    assert stocked("report", "meals", *words).exit_code == 0
    rows = list(load_workbook(file).worksheets[0].values)
    assert (rows[-1][0], rows[-1][5]) == (total, 15)


def test_report_of_this_month_unless_told(stocked):
    assert json.loads(stocked("report", "meals").stdout)["first_day"].endswith("-01")


def test_report_that_is_not_proved_is_a_finding(stocked, tmp_path):
    with open_books(tmp_path / "data") as books, writing(books.office.engine) as connection:
        connection.execute(servings.update().values(full_fen=1))
    done = stocked("report", "meals", *DAYS)
    ends(done, 1, "does not agree with the ledger")
    assert json.loads(done.stdout)["proof"]["holds"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("frob",), "frob: no such command; allowed are accept, backup, bundle, clerk, division, doctor"),
        (("clerk", "frob"), "allowed are add, list, password, remove"),
        (("report", "meals", "--from", "monday"), "'monday': a day such as 2025-01-31 is allowed"),
        (("report", "meals", "--from", "2026-11-18", "--to", "2026-11-16"), "2026-11-18 (--from) or later"),
        (("report", "meals", "--format", "pdf"), "'json', 'csv', 'xlsx'"),
        (("import", "/nowhere/people.json"), "/nowhere/people.json"),
        (("import",), "FILE"),
        (("enrol-code",), "--name"),
    ],
)
def test_bad_usage(stocked, words, said):
    ends(stocked(*words), 2, said)


def test_groups_without_a_command_say_what_there_is(office):
    for words in ((), ("clerk",), ("report",)):
        done = office(*words)
        assert done.exit_code == 2
        assert done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[office]\n", "office.toml:1: office: Object missing required field `data`"),
        ('[office]\ndata = "d"\nport = 3\n', "office.toml:3: office.port: no such key; allowed here: data"),
        ('[office]\ndata = "d"\nlisten = "here"\n', "HOST:PORT"),
        ("[office", "not TOML"),
    ],
)
def test_configuration_faults(tmp_path, text, said):
    config = tmp_path / "office.toml"
    config.write_text(text)
    ends(CliRunner().invoke(main, ["--config", str(config), "init"]), 2, str(config))
    assert said in CliRunner().invoke(main, ["--config", str(config), "init"]).stderr


def test_a_database_that_does_not_answer(tmp_path):
    config = tmp_path / "office.toml"
    config.write_text(f'[office]\ndata = "{tmp_path}"\ndatabase = "postgresql://127.0.0.1:1/office"\n')
    ends(CliRunner().invoke(main, ["--config", str(config), "init"]), 1, "connection")


def test_run_serves_what_is_configured(stocked, monkeypatch):
    served = []
    monkeypatch.setattr(serving, "serve", served.append)
    assert stocked("run").exit_code == 0
    assert [settings.listen for settings in served] == ["127.0.0.1:8470"]


def test_photos_come_in_from_a_folder_and_are_withdrawn(office, tmp_path):
    office("init")
    people, faces = tmp_path / "people.json", tmp_path / "faces"
    content = small_file()
    people.write_text(json.dumps(content))
    office("import", str(people))
    number = content["residents"][0]["id"]
    faces.mkdir()
    Image.new("RGB", (300, 400)).save(faces / f"{number}.jpg")
    assert office("import", str(faces)).stdout == "1 photos read, 2 changes to the catalogue\n"
    assert office("photo", "withdraw", str(number)).stdout.startswith(f"{number}: without a photo")
    assert office("import", str(faces)).stdout == "1 photos read, 2 changes to the catalogue\n"
    ends(office("photo", "withdraw", "99"), 2, "no resident has this number")
    Image.new("RGB", (3, 4)).save(faces / "99.png")
    done = office("import", str(faces))
    assert done.exit_code == 1
    assert "99.png: given 3 by 4 pixels; allowed: " in done.stderr


def test_the_books_are_told_as_beancount_and_come_to_zero(stocked):
    told = stocked("report", "beancount", "--from", "2026-11-16", "--to", "2026-11-16")
    assert "Income:Revenue:Canteen:Huasheng  -15.00 CNY" in told.output
    trial = json.loads(stocked("report", "trial-balance", "--day", "2026-11-16").output)
    assert trial["total"]["debit_fen"] == trial["total"]["credit_fen"]
