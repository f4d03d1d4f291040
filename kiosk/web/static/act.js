// A deliberate act takes two touches. The first makes the request id, so that the second can be sent again
// and again and counts once. Not touching again for a while is a no.

import { newId, post } from "./post.js";

const PATIENCE_MS = 10000;
const GUARD_MS = 500; // the second half of a double touch is neither a yes nor a no

function arm(form) {
  form.dataset.requestId = newId();
  show(form, true);
  const answers = form.querySelectorAll(".confirm button");
  for (const each of answers) each.disabled = true;
  setTimeout(() => answers.forEach((each) => (each.disabled = false)), GUARD_MS);
  wait(form);
}

function wait(form) {
  clearTimeout(form.patience);
  form.patience = setTimeout(show, PATIENCE_MS, form, false);
}

function show(form, confirming) {
  form.querySelector(".ask").hidden = confirming;
  form.querySelector(".confirm").hidden = !confirming;
  form.querySelector(".failed").hidden = true;
}

async function send(form) {
  const yes = form.querySelector(".yes");
  clearTimeout(form.patience);
  yes.disabled = true;
  const answer = await post(form);
  yes.disabled = false;
  if (answer) return show(form, false);
  form.querySelector(".failed").hidden = false;
  wait(form);
}

export function watchActs() {
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-two-touches]");
    if (event.target.closest(".ask")) arm(form);
    if (event.target.closest(".no")) show(form, false);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-two-touches]")) return;
    event.preventDefault();
    send(event.target);
  });
}
