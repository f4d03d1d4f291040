// Each button posts what it does: a card to lay down, or a lever to pull. How the levers stand is in words.
const status = document.querySelector("output");

async function post(does) {
  const address = does.startsWith("card:") ? `cards/${does.slice(5)}` : `acts/${does}`;
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
  const refused = answer.ok ? {} : await answer.json().catch(() => ({}));
  status.textContent = answer.ok ? "" : (refused.error ?? status.dataset.failed);
}

async function show() {
  const state = await (await fetch("state")).json();
  for (const word of document.querySelectorAll("[data-when]")) {
    const [lever, stands] = word.dataset.when.split(":");
    word.hidden = state[lever] !== stands;
  }
}

// The demo's clock is not this machine's: it goes on from what it was when the page came.
const clock = document.querySelector("time");
const aheadMs = Number(clock.dataset.now) - Date.now();
const hours = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.zone });
setInterval(() => { clock.textContent = hours.format(Date.now() + aheadMs); }, 1000);

// What is plugged in, and what it draws: as it is at the box, whatever a screen says.
const sockets = document.querySelector("[data-sockets]");
async function watch() {
  const answer = await fetch("sockets").catch(() => undefined);
  if (!answer?.ok) return;
  sockets.replaceChildren(...(await answer.json()).map((each, n) => {
    const label = `${"AB"[Math.floor(n / 5)]}${(n % 5) + 1}`; // as they hang, two rows of five
    const item = document.createElement("li");
    item.className = each.is_closed ? "closed" : each.is_plugged ? "plugged" : "";
    item.textContent = each.is_plugged ? `${label} ${Math.round(each.power_dw / 10)} W` : label;
    return item;
  }));
}
setInterval(watch, 1000);

document.addEventListener("click", async (event) => {
  const phone = event.target.closest("[data-phone]");
  if (phone && window.open(phone.href, phone.target, "popup,width=390,height=844")) event.preventDefault();
  const button = event.target.closest("[data-does]");
  if (!button) return;
  button.disabled = true;
  try {
    await post(button.dataset.does);
    await show();
  } finally {
    button.disabled = false;
  }
});

await show();
