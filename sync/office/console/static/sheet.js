// A list that was chosen is looked at without one more button; nothing is imported by that.

const field = document.querySelector("#sheet");

field.addEventListener("change", () => {
  if (field.files.length) field.form.submit();
});
