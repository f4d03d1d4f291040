"""The kiosk's browser as its unit starts it, under the policy that is installed with it: nothing leads out.

The policy is laid over `/etc/chromium` for this one browser, in a mount namespace of its own. Playwright has
downloads, file pickers and dialogs in its own hands, so of these only the names can be looked at.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.chromium import FLAGS, PATH
from tests.browser.counter import Counter, counter
from tests.stories.town import until

ROOT = Path(__file__).parents[3]
POLICY = json.loads((ROOT / "systemd/chromium/neighbourhood-card.json").read_text())
UNIT = (ROOT / "systemd/kiosk-browser.service").read_text()
DEBUGGER = {"DeveloperToolsAvailability", "RemoteDebuggingAllowed"}  # without them Playwright is kept out too

OVER_ETC = """#!/bin/sh
exec unshare --mount --propagation private sh -c '
    mount -t tmpfs none /etc/chromium && mkdir -p /etc/chromium/policies/managed
    cp {policy} /etc/chromium/policies/managed/neighbourhood-card.json && exec {chromium} "$@"' sh "$@"
"""


def may_mount() -> bool:
    if os.geteuid() != 0 or not shutil.which("unshare") or not Path("/etc/chromium").is_dir():
        return False
    mount = "mount -t tmpfs none /etc/chromium"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", mount], capture_output=True, check=False)
    return done.returncode == 0


needs_mount = pytest.mark.skipif(not may_mount(), reason="laying a policy over /etc needs root")


def units_flags(page: str) -> list[str]:
    """What the unit says to Chromium, but for the screen and the folder that a test has none of."""
    command = re.sub(r"\\\n\s*", "", UNIT).partition("/usr/bin/chromium ")[2].splitlines()[0]
    flags = shlex.split(command.replace("${PAGE}", page))
    return [each for each in flags if not each.startswith(("--ozone", "--user-data"))]


def starter(folder: Path, policy: object) -> Path:
    """A programme that is Chromium under this policy."""
    (folder / "policy.json").write_text(json.dumps(policy))
    made = folder / "chromium"
    made.write_text(OVER_ETC.format(policy=folder / "policy.json", chromium=PATH))
    made.chmod(0o755)
    return made


@contextmanager
def started(browser: Browser, folder: Path, page: str, policy: object) -> Iterator[BrowserContext]:
    opened = browser.browser_type.launch_persistent_context(
        folder / "profile", executable_path=starter(folder, policy), args=[*FLAGS, *units_flags(page)]
    )
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Another server on the machine."""
    with counter(tmp_path_factory.mktemp("stranger")) as started:
        yield started


@pytest.fixture(scope="module")
def kept_in(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, stranger: Counter
) -> Iterator[BrowserContext]:
    """The kiosk's own browser, which may open the staff's page."""
    folder = tmp_path_factory.mktemp("browser")
    with counter(folder) as kiosk:
        policy = {name: value for name, value in POLICY.items() if name not in DEBUGGER}
        policy["URLAllowlist"] = [kiosk.url("")]
        with started(browser, folder, kiosk.url("/staff"), policy) as opened:
            until("window", lambda: any(each.url == kiosk.url("/staff") for each in opened.pages))
            yield opened


@pytest.fixture
def window(kept_in: BrowserContext) -> Page:
    """The one that the unit opens."""
    page = next(each for each in kept_in.pages if each.url.endswith("/staff"))
    expect(page.locator(".jobs, .waiting").first).to_be_visible()
    return page


def test_cage_switches_to_no_terminal_and_chromium_has_no_address_bar() -> None:
    command = re.sub(r"\\\n\s*", "", UNIT).partition("ExecStart=")[2].splitlines()[0]
    cage, _, chromium = command.partition(" -- ")
    assert cage == "/usr/bin/cage"
    assert {"--kiosk", "--app=${PAGE}"} <= set(chromium.split())
    allowed = UNIT.partition("Environment=PAGE=")[2].splitlines()[0].removesuffix("/display")
    assert POLICY["URLAllowlist"] == [allowed]
    assert {"*", "chrome://*"} <= set(
        POLICY["URLBlocklist"]
    )  # the first alone leaves Chromium's own pages open


def test_every_policy_is_one_that_this_chromium_knows() -> None:
    programme = next(each for each in (Path("/usr/lib/chromium/chromium"), PATH) if each.exists())
    with programme.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as code:
        assert [name for name in POLICY if code.find(b"\0" + name.encode() + b"\0") < 0] == []


ELSEWHERE = [
    "file:///etc/passwd",
    "chrome://settings",
    "chrome://policy",
    "chrome://newtab",
    "devtools://devtools/bundled/inspector.html",
    "https://example.com/",
    "data:text/html,out",
]


@needs_mount
def test_no_other_address_opens(kept_in: BrowserContext, stranger: Counter) -> None:
    for address in (*ELSEWHERE, stranger.url("/staff")):
        page = kept_in.new_page()
        with pytest.raises(Error, match="ERR_BLOCKED_BY_ADMINISTRATOR"):
            page.goto(address)
        page.close()


OPENING = [
    *("Control+n", "Control+t", "Control+w", "Control+Shift+n", "Control+Shift+i", "Control+o", "Control+p"),
    *(
        "Control+s",
        "Control+u",
        "Control+h",
        "Control+j",
        "Control+l",
        "Control+f",
        "Control+r",
        "Control+Minus",
    ),
    *(
        "Alt+ArrowLeft",
        "Alt+Home",
        "Alt+F4",
        "Alt+d",
        "Shift+Escape",
        "F1",
        "F5",
        "F11",
        "F12",
        "ContextMenu",
    ),
]
TAKEN_JS = """() => {
  window.left = [];
  addEventListener("keydown", (event) => {
    const modifier = ["Control", "Alt", "Shift", "Meta"].includes(event.key);
    if (!modifier && !event.defaultPrevented) window.left.push(event.key);
  });
}"""


@needs_mount
def test_no_key_reaches_the_browser_and_what_is_typed_reaches_the_page(window: Page) -> None:
    window.evaluate(TAKEN_JS)
    for keys in OPENING:
        window.keyboard.press(keys)
    assert window.evaluate("window.left") == []
    window.keyboard.press("7")
    window.keyboard.press("Tab")
    assert window.evaluate("window.left") == ["7", "Tab"]


MENU_JS = "() => addEventListener('contextmenu', (event) => { window.menu = !event.defaultPrevented })"


@needs_mount
def test_no_menu_opens_by_the_right_button(window: Page) -> None:
    window.evaluate(MENU_JS)
    window.mouse.click(300, 300, button="right")
    assert window.evaluate("window.menu") is False


@needs_mount
def test_not_even_a_debugger_gets_in(tmp_path: Path, stranger: Counter) -> None:
    flags = [*FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--remote-debugging-port=0"]
    command = [starter(tmp_path, POLICY), *flags, stranger.url("/display")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as chromium:
        assert chromium.stderr is not None
        said = next(line for line in chromium.stderr if "DevTools" in line)
        chromium.terminate()
    assert "disallowed" in said  # and not the port at which it listens
