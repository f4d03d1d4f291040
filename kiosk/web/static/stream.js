// Follows an event stream: each event replaces the part of the page it is named after. A screen that has lost
// the kiosk says so after a few seconds and keeps asking; a kiosk that was restarted gets its page reloaded.

const LOST_AFTER_MS = 3000;
const SILENT_MS = 12000; // more than two beats
const RETRY_MS = 1500;
const CLICKED_MS = 100; // at most, after a finger was lifted
const HELD_MS = 1000; // at most: a drop of water is no finger

export function follow(listeners = {}) {
  const { stream, run } = document.body.dataset;
  const parts = [...document.querySelectorAll("[data-part]")];
  const lost = document.querySelector("[data-lost]");
  let source, losing, silence, reopening, lifting;
  let held; // the part under a finger, and what came for it meanwhile

  function show(isLost) {
    lost.hidden = !isLost;
    for (const part of parts) part.inert = isLost;
  }

  function heard() {
    clearTimeout(losing);
    losing = undefined;
    clearTimeout(silence);
    silence = setTimeout(stalled, SILENT_MS);
    if (!lost.hidden) show(false);
  }

  function failed() {
    losing ??= setTimeout(show, LOST_AFTER_MS, true);
    if (source.readyState === EventSource.CLOSED) reopen();
  }

  function stalled() {
    show(true);
    source.close();
    reopen();
  }

  function reopen() {
    clearTimeout(reopening);
    reopening = setTimeout(open, RETRY_MS);
  }

  // A reload that meets nobody leaves the browser's own page, which asks no more.
  async function renew() {
    if (await fetch(location.href).catch(() => null)) return location.reload();
    source.close();
    reopen();
  }

  // What comes for a part under a finger waits until the finger is lifted: the touch would go with what it touches.
  function replace(part, html) {
    if (held?.part === part) held.html = html;
    else part.innerHTML = html;
  }

  function touch({ target }) {
    const part = parts.find((each) => each.contains(target));
    if (part !== held?.part) {
      lift();
      held = part && { part };
    }
    liftIn(HELD_MS);
  }

  function liftIn(ms) {
    clearTimeout(lifting);
    lifting = setTimeout(lift, ms);
  }

  function lift() {
    const { part, html } = held ?? {};
    held = undefined;
    if (html !== undefined) part.innerHTML = html;
  }

  function open() {
    source = new EventSource(stream);
    source.onerror = failed;
    source.addEventListener("beat", heard);
    source.addEventListener("hello", (event) => {
      if (event.data !== run) renew();
      else document.body.dataset.live = "";
    });
    for (const part of parts)
      source.addEventListener(part.dataset.part, (event) => {
        replace(part, event.data);
        heard();
      });
    for (const [name, listener] of Object.entries(listeners))
      source.addEventListener(name, (event) => listener(event.data));
  }

  document.addEventListener("pointerdown", touch);
  for (const lifted of ["pointerup", "pointercancel"]) document.addEventListener(lifted, () => liftIn(CLICKED_MS));
  document.addEventListener("click", () => liftIn(0));
  open();
}
