// Panels: a job of the staff, over the part of the page that shows who stands there. The open panel is kept in
// the browser with what was typed and the request ids, so that a restart of the kiosk in the middle costs nothing.
// Signing in lies over it (`data-over`): when that goes, or the screen was locked and somebody signs in, it is back.

import { mention, newId, post } from "./post.js";

const KEPT = "panel";
const KEPT_FOR_MS = 15 * 60 * 1000;

const AGAIN_MS = 1500;
const SETTLED_MS = 400;
const PONDERED_MS = 150;

let panel, unreached;
let opened; // the address of the open panel, whose button gets the focus back
let padded; // what the keys type into: touched last
let attended; // who is on duty, or "locked"
let mentioning; // soon, what is chosen for a guest
let touch; // the last one that opens or closes: what an earlier one asked for comes too late

function show(html) {
  unchoose();
  panel.innerHTML = html;
  panel.hidden = false;
  for (const form of panel.querySelectorAll("[data-act]")) form.dataset.requestId ??= newId();
  (panel.querySelector("[autofocus]") ?? panel.querySelector("[data-close]"))?.focus();
  keep();
  const awaited = panel.querySelector("[data-again]");
  if (awaited) setTimeout(again, AGAIN_MS, awaited);
}

// What the office has yet to bring is asked for until it is there; no news is an answer without a content.
async function again(awaited) {
  if (!awaited.isConnected) return;
  const { status, html } = await read(awaited.dataset.again);
  if (!awaited.isConnected) return;
  if (status === 200) show(html);
  else setTimeout(again, AGAIN_MS, awaited);
}

export function close() {
  const wasOver = isOver();
  hide();
  document.querySelector(`[data-open="${CSS.escape(opened)}"]`)?.focus();
  if (wasOver) restore();
  else sessionStorage.removeItem(KEPT);
}

function hide() {
  touch = null;
  unchoose();
  panel.hidden = true;
  panel.replaceChildren();
}

function isOver() {
  return panel.querySelector("[data-over]") !== null;
}

function isLocked() {
  return "locked" in document.body.dataset;
}

// Once the screen is locked nobody is named on it, whatever was open or is still to be answered. Whoever signs in by
// badge has said who is there: the question is answered, and what was wanted goes on.
export function attend(said) {
  const before = attended;
  attended = said;
  if (said !== "locked" && before !== undefined && said !== before) answered();
  if ((said === "locked") === isLocked()) return;
  document.body.toggleAttribute("data-locked", said === "locked");
  if (isLocked()) hide();
  else if (panel.hidden) restore();
}

// A PIN that is being sent has its own answer.
function answered() {
  const asking = panel.querySelector("[data-sign-in]");
  if (!asking || asking.querySelector("[type=submit]:disabled")) return;
  if (asking.elements.wanted.value) open(asking.elements.wanted.value);
  else close();
}

// By a touch, or by a badge that could not sign in by itself: the PIN follows.
export async function open(url) {
  const mine = (touch = {});
  const { status, html } = await read(url);
  if (isReached(status) && touch === mine) show(html);
}

// An answer with all of its body, for its head may come in time and its body late. Whoever asks looks afterwards
// whether the answer is still wanted.
async function read(url) {
  const answer = await fetch(url).catch(() => null);
  const html = await answer?.text().catch(() => null);
  return { status: typeof html === "string" ? answer.status : 0, html };
}

// Whether there is something to show, be it that somebody is to sign in; if not, the page says so.
function isReached(status) {
  unreached.hidden = status === 200 || status === 401;
  return unreached.hidden;
}

// By a touch: not from another panel, which is about the same job.
function openFor(opener) {
  if (!panel.contains(opener)) opened = opener.dataset.open;
  open(opener.dataset.open);
}

// What is missing is said at its field, in the words of the page; the browser would say it in its own.
function lacks(form) {
  const missing = [...form.elements].filter((each) => each.willValidate && !each.validity.valid);
  for (const field of missing) mark(field, wordsAt(field)?.dataset.missing);
  missing[0]?.focus();
  return missing.length > 0;
}

function wordsAt(field) {
  return document.getElementById(field.getAttribute("aria-describedby"));
}

// What is said at a field; nothing any more once somebody types there.
function mark(field, words) {
  const said = wordsAt(field);
  if (said) said.textContent = words ?? "";
  for (const each of field.type === "radio" ? field.form.querySelectorAll(`[name="${field.name}"]`) : [field])
    if (words) each.setAttribute("aria-invalid", "true");
    else each.removeAttribute("aria-invalid");
}

async function send(form, submitter) {
  const buttons = [...form.elements].filter((each) => each.type === "submit" && !each.disabled);
  const mine = touch;
  const sending = post(form, submitter); // first: a button that is off says nothing of itself
  for (const each of buttons) each.disabled = true;
  const answer = await sending;
  const html = (await answer?.text().catch(() => null)) ?? null; // without all of it the act is sent again
  for (const each of buttons) each.disabled = false;
  const failed = form.querySelector(".failed");
  if (failed) failed.hidden = html !== null;
  if (html === null || touch !== mine) return;
  if (answer.status === 204) close();
  else if (answer.headers.get("X-Open")) open(answer.headers.get("X-Open"));
  else show(html);
}

// What is typed is no attribute of the page until it is made one.
function typed({ target }) {
  if (target.type === "checkbox" || target.type === "radio") {
    const alike = target.type === "radio" ? target.form.elements[target.name] : [target];
    for (const each of alike.length === undefined ? [alike] : alike) each.toggleAttribute("checked", each.checked);
  } else if (target.type !== "password") target.setAttribute("value", target.value);
  mark(target);
  if (target.form?.dataset.find) find(target.form);
  if (target.form) reckon(target.form);
  keep();
}

function keep() {
  if (!panel.hidden && !isOver()) sessionStorage.setItem(KEPT, JSON.stringify({ at: Date.now(), opened, html: panel.innerHTML }));
}

// What is found by what was typed. An answer that comes late, after more was typed, is not shown; one that asks to
// sign in leads back to the whole panel.
async function find(form) {
  const typed = new URLSearchParams(new FormData(form));
  const url = new URL(form.dataset.find, location);
  typed.forEach((value, name) => url.searchParams.set(name, value));
  const { status, html } = await read(url);
  if (!isReached(status) || !form.isConnected) return;
  if (new URLSearchParams(new FormData(form)).toString() !== typed.toString()) return;
  if (status === 401) open(opened);
  else showFound(panel.querySelector("[data-found]"), html);
}

// A face that has only just come under the finger is not the one that was meant.
function showFound(found, html) {
  found.innerHTML = html;
  const faces = found.querySelectorAll("button");
  for (const each of faces) each.disabled = true;
  setTimeout(() => faces.forEach((each) => (each.disabled = false)), SETTLED_MS);
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT));
  if (isLocked() || !kept || Date.now() - kept.at >= KEPT_FOR_MS) return;
  opened = kept.opened;
  show(kept.html);
  for (const form of panel.querySelectorAll("[data-find]")) find(form); // what was found is as old as the last key
}

function press(key) {
  const input = padded?.isConnected ? padded : panel.querySelector("[data-pad]");
  const name = key.dataset.key;
  if (name === "clear") input.value = "";
  else if (name === "back") input.value = input.value.slice(0, -1);
  else if (input.maxLength < 0 || input.value.length + name.length <= input.maxLength) input.value += name;
  tell(input);
}

function fill(button) {
  const input = button.form.elements[button.dataset.fill];
  input.value = button.dataset.value;
  tell(input);
}

// A note that was handed over, beside those before it.
function add(button) {
  const input = button.form.elements[button.dataset.add];
  input.value = Number(input.value || 0) + Number(button.dataset.value);
  tell(input);
}

// One more of something, with the number on its button; or none of anything.
function more(button) {
  const input = button.form.elements[button.dataset.more];
  count(button, input, Number(input.value) + 1);
}

function none(form) {
  for (const button of form.querySelectorAll("[data-more]"))
    count(button, button.form.elements[button.dataset.more], 0);
  for (const input of form.querySelectorAll("[data-minuend]")) {
    input.value = "";
    tell(input);
  }
}

function count(button, input, number) {
  const shown = button.querySelector("output");
  input.value = number;
  shown.hidden = number === 0;
  shown.textContent = `× ${number}`;
  tell(input);
}

function tell(input) {
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Sums over a form: pieces by their worth in fen, and what is given less all that is due.
function reckon(form) {
  const fen = (which) => [...form.querySelectorAll(which)].reduce((sum, { value, dataset }) => sum + Math.round(Number(value || 0) * (dataset.worth ?? 100)), 0);
  const sum = fen("[data-worth]");
  const given = form.querySelector("[data-minuend='+']");
  const change = given?.value ? fen("[data-minuend='+']") - fen("[data-minuend='-']") - sum : NaN;
  for (const [which, figure] of [["[data-sum]", sum], ["[data-difference]", change]])
    for (const shown of form.querySelectorAll(which)) shown.textContent = figure >= 0 ? String(figure / 100) : "–";
  if (form.dataset.due) mentionDue(form);
}

// What a guest is to pay stands on the elder's screen while it is chosen, and no longer than its panel is open.
function mentionDue(form) {
  clearTimeout(mentioning);
  mentioning = setTimeout(() => mention(form.dataset.due, new FormData(form)), PONDERED_MS);
}

function unchoose() {
  clearTimeout(mentioning);
  const form = panel.querySelector("[data-due]");
  if (form) mention(form.dataset.due, new FormData());
}

export function watchPanels() {
  panel = document.querySelector("[data-panel]");
  unreached = document.querySelector("[data-unreached]");
  document.addEventListener("click", ({ target }) => {
    const opener = target.closest("[data-open]");
    const key = target.closest("[data-key]");
    if (opener) openFor(opener);
    else if (target.closest("[data-close]")) close();
    else if (key) press(key);
    else if (target.closest("[data-fill]")) fill(target.closest("[data-fill]"));
    else if (target.closest("[data-add]")) add(target.closest("[data-add]"));
    else if (target.closest("[data-more]")) more(target.closest("[data-more]"));
    else if (target.closest("[data-none]")) none(target.closest("form"));
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-find]")) event.preventDefault();
    if (!event.target.matches("[data-act]")) return;
    event.preventDefault();
    if (!event.submitter?.formNoValidate && lacks(event.target)) return;
    event.target.dataset.requestId ??= newId();
    send(event.target, event.submitter);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !panel.hidden) close();
  });
  panel.addEventListener("input", typed);
  panel.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-pad]")) padded = target;
  });
  document.addEventListener("sign-in", ({ detail }) => show(detail));
  restore();
}
