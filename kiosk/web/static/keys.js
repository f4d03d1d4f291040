// The kiosk's window has no address bar, and in such a window Chromium keeps no key for itself: what would open,
// close, print, save, find or zoom something is taken here, with the menu of the right button and of a long touch.
// In an ordinary tab, as in the demo, the keys stay the browser's.

const BROWSERS = /^(F\d+|ContextMenu|Browser.*|Launch.*|GoBack|GoForward|Open|Save|Print|Find|Help|New|Close)$/;

function isKiosk() {
  return !matchMedia("(display-mode: browser)").matches;
}

function refuse(event) {
  if (isKiosk()) event.preventDefault();
}

function isBrowsers(event) {
  if (event.getModifierState("AltGraph")) return false; // types a character
  if (event.key === "Escape") return event.shiftKey; // the browser's list of its processes
  return event.ctrlKey || event.altKey || event.metaKey || BROWSERS.test(event.key);
}

addEventListener("keydown", (event) => isBrowsers(event) && refuse(event), { capture: true });
addEventListener("wheel", (event) => event.ctrlKey && refuse(event), { capture: true, passive: false });
for (const name of ["contextmenu", "dragover", "drop", "auxclick"]) addEventListener(name, refuse, { capture: true });
