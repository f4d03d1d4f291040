// Scanners and card readers that type. They are told from people by their speed: no finger makes four keys with
// less than 35 ms between each two, and a key that is held down is marked as a repeat. What such a device types
// into a field before it is recognised is taken out again; what people type is never touched. Once it is recognised it
// may pause, and one that is set to end with neither Enter nor Tab has ended when it is silent.

import { newId, postBody } from "./post.js";

const GAP_MS = 35;
const PAUSE_MS = 250;
const SILENT_MS = 500;
const RECOGNISED = 4; // keys: not one later, since the next may be a space, which touches a button
const ENDS = new Set(["Enter", "Tab"]);

let typed = "";
let lastMs = -Infinity;
let field, before; // where the burst began, and what stood there
let silence; // the timer that ends it

function begin(target) {
  typed = "";
  field = target.matches?.("input, textarea") ? target : null;
  before = field?.value;
}

function takeOut() {
  if (!field || field.value === before) return;
  field.value = before;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function hand() {
  const body = new FormData();
  body.set("text", typed);
  body.set("request_id", newId());
  postBody("/wedge", body);
  typed = "";
}

function key(event) {
  if (event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const isEnd = ENDS.has(event.key);
  if (event.key.length !== 1 && !isEnd) return; // Shift, for example, comes in between
  if (event.timeStamp - lastMs > (typed.length < RECOGNISED ? GAP_MS : PAUSE_MS)) begin(event.target);
  lastMs = event.timeStamp;
  if (!isEnd) typed += event.key;
  if (typed.length < RECOGNISED) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  takeOut();
  clearTimeout(silence);
  if (isEnd) hand();
  else silence = setTimeout(hand, SILENT_MS);
}

export function watchWedge() {
  document.addEventListener("keydown", key, { capture: true });
}
