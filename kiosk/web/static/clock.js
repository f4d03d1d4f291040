// The question which meal it is: buttons that change the day, in the words of the page's language.

const DAY_MS = 24 * 3600 * 1000;

function change(question, days) {
  const day = new Date(Date.parse(question.dataset.day) + days * DAY_MS);
  const inWords = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeZone: "UTC" });
  question.dataset.day = day.toISOString().slice(0, 10);
  for (const field of question.querySelectorAll("[name=day]")) field.value = question.dataset.day;
  for (const shown of question.querySelectorAll("[data-shown-day]")) shown.textContent = inWords.format(day);
}

export function watchDays() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-days]");
    if (button) change(button.closest("[data-day]"), Number(button.dataset.days));
  });
}
