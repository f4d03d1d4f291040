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
  const answer = await mention(where, body);
  if (answer?.status === 401) document.dispatchEvent(new CustomEvent("sign-in", { detail: await answer.text() }));
  return answer?.ok ? answer : null;
}

// Nothing hangs on it: nobody is asked to sign in for it.
export function mention(where, body) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  return fetch(where, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => null);
}
