// Each button posts what it does; the state of cable and reader decides which of two buttons is there.
const status = document.querySelector("output");

async function post(address) {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
  status.textContent = answer.ok ? "" : (await answer.json()).error ?? "没有成功";
}

async function show() {
  const state = await (await fetch("/state")).json();
  const holds = {
    whole: state.whole,
    cut: !state.whole,
    plugged: !state.fault,
    unplugged: Boolean(state.fault),
    paper: state.paper,
    "no-paper": !state.paper,
  };
  for (const button of document.querySelectorAll("[data-when]")) button.hidden = !holds[button.dataset.when];
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  button.disabled = true;
  try {
    await post(button.dataset.card ? `/cards/${button.dataset.card}` : `/acts/${button.dataset.act}`);
    await show();
  } finally {
    button.disabled = false;
  }
});

await show();
