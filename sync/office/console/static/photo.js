// A picture from a telephone is many times larger than what is kept of it: it is made small before it is sent.

const WIDTH = 480, HEIGHT = 576; // twice what is kept
const fields = document.querySelectorAll("[name=picture]"); // a file, and on a telephone the camera

/** The picture that was chosen, smaller; what is no picture goes as nothing, and the office says so. */
async function small(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return new File([], file.name);
  }
  const scale = Math.min(1, Math.max(WIDTH / picture.width, HEIGHT / picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const ground = canvas.getContext("2d");
  ground.imageSmoothingQuality = "high";
  ground.fillStyle = "white";
  ground.fillRect(0, 0, canvas.width, canvas.height);
  ground.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return new File([made], file.name);
}

for (const field of fields) {
  field.addEventListener("change", async () => {
    if (!field.files.length) return;
    const chosen = new DataTransfer();
    chosen.items.add(await small(field.files[0]));
    field.files = chosen.files;
    field.form.submit();
  });
}
