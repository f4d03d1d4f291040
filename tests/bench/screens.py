"""What people see: from the card to the painted answer, and from the kiosk's start to a page that answers.

In the real browser on this machine. The answer is compared with an empty frame of the same page: a change
that costs the browser nothing but the frame itself.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time as time_of_day
from typing import Any

import msgspec
from playwright.sync_api import Browser, Error, Page

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.web.serving import Server
from tests.bench.figures import percentile
from tests.bench.journals import FEN, world_with
from tests.browser.chromium import chromium
from tests.factories import LUNCH, SITE, World, site, uid_of
from tests.ports import free_port
from tests.stories.town import BIN, process

RECORDS, TAPS, WARM_UP = 1_000, 200, 10
STARTS = 5

WATCH = """
window.frame = (then) => requestAnimationFrame(() => setTimeout(then));
let painted, tell;
new MutationObserver(() => frame(() => {
  painted = performance.timeOrigin + performance.now();
  tell?.(painted);
})).observe(document.querySelector("[data-part=screen]"), { childList: true });
window.forget = () => { painted = tell = undefined; };
window.paint = () => painted ?? new Promise((done) => { tell = done; });
const nothing = document.body.appendChild(document.createElement("i"));
window.emptyFrame = () => new Promise((done) => {
  const began = performance.now();
  nothing.textContent = nothing.textContent === " " ? "" : " ";
  frame(() => done(performance.now() - began));
});
"""

WHEN_LIVE = """
addEventListener("DOMContentLoaded", () =>
  new MutationObserver(() => { window.liveAt ??= performance.now(); })
    .observe(document.body, { attributes: true, attributeFilter: ["data-live"] }));
"""


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure() -> dict[str, Any]:
    """Milliseconds unless the name says otherwise; `paint_p95_ratio` is the answer against an empty frame."""
    world = world_with(RECORDS)
    world.add_many(range(1001, 1001 + TAPS), fen=FEN)
    with chromium() as browser:
        with _open(world) as (kiosk, port):
            address = f"http://127.0.0.1:{port}"
            painted, empty = _taps(browser, kiosk, address)
            sizes = {f"{name}_bytes": _bytes(browser, f"{address}/{name}") for name in ("display", "staff")}
        starts = [_start(browser, world) for _ in range(STARTS)]
    return {
        "taps": len(painted),
        "tap_to_paint_p50_ms": percentile(painted, 50),
        "tap_to_paint_p95_ms": percentile(painted, 95),
        "empty_frame_p50_ms": percentile(empty, 50),
        "empty_frame_p95_ms": percentile(empty, 95),
        "paint_p95_ratio": percentile(painted, 95) / percentile(empty, 95),
        "staff_page_interactive_p50_ms": percentile([page_ms for page_ms, _ in starts], 50),
        "kiosk_start_to_interactive_p50_s": percentile([whole_s for _, whole_s in starts], 50),
        **sizes,
    }


@contextmanager
def _open(world: World) -> Iterator[tuple[Kiosk, int]]:
    kiosk = create_app(world.settings(), lambda *_: [], world.time.source())
    server = Server(kiosk.web, "127.0.0.1", 0)
    web = threading.Thread(target=server.run, name="web")
    kiosk.start()
    web.start()
    try:
        yield kiosk, server.port
    finally:
        kiosk.stop()
        server.close()
        web.join()


def _taps(browser: Browser, kiosk: Kiosk, address: str) -> tuple[list[float], list[float]]:
    """From the card's answer to the painted one, and empty frames, taking turns."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}/display")
    page.locator("body[data-live]").wait_for()
    page.evaluate(WATCH)
    painted, empty = [], []
    for n in range(TAPS):
        event = CardTap(uid_of(1001 + n), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, 2000 * n)
        page.evaluate("forget()")
        began_ms = time.time() * 1000
        kiosk.taps.events.put(event)
        painted.append(page.evaluate("paint()") - began_ms)
        empty.append(page.evaluate("emptyFrame()"))
    page.close()
    return painted[WARM_UP:], empty[WARM_UP:]


def _bytes(browser: Browser, address: str) -> int:
    page = browser.new_page()
    page.goto(address)
    page.locator("body[data-live]").wait_for()
    sizes = page.evaluate("performance.getEntries().map(entry => entry.transferSize || 0)")
    page.close()
    return int(sum(sizes))


def _start(browser: Browser, world: World) -> tuple[float, float]:
    """Of one start of the process: the page's own ms until it is live, and seconds since the start."""
    all_day = msgspec.structs.replace(LUNCH, opens=time_of_day(0), closes=time_of_day(23, 59, 59))
    world.publish(Kind.SITE, {SITE: site(meals=(all_day,))})
    folder, port = world.folder.absolute(), free_port()
    config = folder / "kiosk.toml"
    config.write_text(
        f'[kiosk]\nname = "bench"\nsite = "{SITE}"\n[store]\nfolder = "."\n'
        f'[web]\nlisten = "127.0.0.1:{port}"\n'
    )
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(WHEN_LIVE)
    began_s = time.perf_counter()
    with process(BIN / "kiosk", "--config", config, "run", log=folder / "kiosk.log"):
        _ask_until_there(page, f"http://127.0.0.1:{port}/staff")
        page.locator("body[data-live]").wait_for()
        whole_s = time.perf_counter() - began_s
        live_ms = float(page.evaluate("liveAt"))
        page.close()
    return live_ms, whole_s


def _ask_until_there(page: Page, address: str) -> None:
    """As a browser that starts with the machine asks until the kiosk is there."""
    while True:
        try:
            page.goto(address)
            return
        except Error:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
