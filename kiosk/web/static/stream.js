// Follows an event stream: each event replaces the part of the page it is named after. A screen that has lost
// the kiosk says so after a few seconds and keeps asking; a kiosk that was restarted gets its page reloaded.

const LOST_AFTER_MS = 3000;
const SILENT_MS = 12000; // more than two beats
const RETRY_MS = 1500;

export function follow(listeners = {}) {
  const { stream, run } = document.body.dataset;
  const parts = [...document.querySelectorAll("[data-part]")];
  const lost = document.querySelector("[data-lost]");
  let source, losing, silence, reopening;

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
        part.innerHTML = event.data;
        heard();
      });
    for (const [name, listener] of Object.entries(listeners))
      source.addEventListener(name, (event) => listener(event.data));
  }

  open();
}
