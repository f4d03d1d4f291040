"""The tray in English: complete, with nothing left over, and with the kiosk's own words for its buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import sync.demo.tray
from drivers.sim.remote import SimulatedOutlets, SimulatedPrinter, SimulatedReader, SimulatedScanner
from kiosk.web.words.languages import catalog_of
from sync.demo.clock import BEGINS
from sync.demo.population import load_secrets, tray
from sync.demo.processes import Processes
from sync.demo.relay import Relay
from sync.demo.tray.day import DAY, VISIT
from sync.demo.tray.english import BETWEEN, in_language, words
from sync.demo.tray.levers import Levers
from sync.demo.tray.page import Tray, create_tray
from sync.office.console.languages import CHINESE, ENGLISH
from tests.factories import WORDS

TEMPLATES = Path(sync.demo.tray.__file__).parent / "templates"
TITLES = {"演示托盘", "车棚的托盘"}
HAN = re.compile(r"[\u4e00-\u9fff]")


def of_the_pages() -> Iterator[str]:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        yield from re.findall(r'"([^"]+)"\|said', text)
        yield from re.findall(r"'([^']+)'\)\|said", text)


def of_the_day() -> Iterator[str]:
    for situation in (*DAY, *VISIT):
        yield from (situation.title, situation.watch, *(button.label for button in situation.buttons))


def of_the_cards(folder: Path) -> Iterator[str]:
    for card in tray(date(2026, 6, 1), load_secrets(folder)):
        yield from card.note.split(BETWEEN)
        if card.resident_id == 0:
            yield card.title


def test_everything_that_is_shown_has_its_english(tmp_path: Path) -> None:
    told = (*TITLES, *of_the_pages(), *of_the_day(), *of_the_cards(tmp_path))
    shown = {each for each in told if HAN.search(each)}
    assert shown - words().keys() == set()
    assert words().keys() - shown - {"居民屏", "值班屏", "办公室"} == set(), "left over"


def test_a_page_without_the_filter_would_stay_chinese() -> None:
    for template in TEMPLATES.glob("*.html"):
        bare = re.sub(r"{{.*?}}|lang=\"zh-CN\"[^<]*<", "", template.read_text(encoding="utf-8"))
        assert HAN.findall(bare) == [], template.name


def test_parts_without_english_stay() -> None:
    assert in_language(ENGLISH, "工作卡，密码 · 258046") == "badge, PIN · 258046"
    assert in_language(ENGLISH, "黄金妹奶奶") == "黄金妹奶奶"
    assert in_language(CHINESE, "刷卡") == "刷卡"


def test_the_day_begins_when_the_clock_says() -> None:
    for language in (CHINESE, ENGLISH):
        begins = [in_language(language, each) for each in of_the_pages() if f"{BEGINS:%H:%M}" in each]
        assert len(begins) == 1


def test_what_to_touch_is_called_as_on_the_screens() -> None:
    chinese = {message.string for message in catalog_of(CHINESE, WORDS.translations.values())}
    english = {message.id for message in catalog_of(CHINESE, WORDS.translations.values())}
    for situation in (*DAY, *VISIT):
        assert set(re.findall("“(.+?)”", situation.watch)) - chinese == set()
        assert set(re.findall("“(.+?)”", in_language(ENGLISH, situation.watch))) - english == set()


def test_the_tray_follows_whoever_asks_from_one_language_to_the_other(tmp_path: Path) -> None:
    levers = Levers(
        folder=tmp_path,
        reader=SimulatedReader(tmp_path / "reader"),
        scanner=SimulatedScanner(tmp_path / "scanner"),
        printer=SimulatedPrinter(tmp_path / "printer"),
        shed=SimulatedOutlets(tmp_path / "shed"),
        cable=Relay(0),
        processes=Processes(tmp_path / "logs"),
        office=lambda *words: "",
    )
    tray = Tray("", "演示托盘", (), (), levers, {})
    visitor = create_tray((tray,), tmp_path, levers.printer).test_client()
    for language, title in (
        (ENGLISH, "The demo&#39;s tray"),
        (CHINESE, "演示托盘"),
        (ENGLISH, "The demo&#39;s tray"),
    ):
        page = visitor.get(f"/?lang={language}", headers={"Host": "127.0.0.1:1"}).text
        assert f"<h1>{title}</h1>" in page
