// Sends a form. Its request id is made once and kept in the page, so that the same touch sent again counts once.

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function post(form, submitter) {
  const body = new FormData(form, submitter);
  body.set("request_id", form.dataset.requestId);
  return postBody(submitter?.getAttribute("formaction") ?? form.action, body);
}

export async function postBody(where, body) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch(where, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => null);
  if (answer?.status === 401) document.dispatchEvent(new CustomEvent("sign-in", { detail: await answer.text() }));
  return answer?.ok ? answer : null;
}
