// Plays a row of clips without gaps. A new sentence cuts off the old one. A browser that will not play, or a
// clip that is missing, costs the sound and nothing else.

const address = document.body.dataset.voice;
const clips = new Map();
let context;
let turn = 0;
let playing = [];

function fetchClip(name) {
  if (!clips.has(name)) {
    const clip = fetch(address.replace("NAME", name))
      .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)))
      .then((bytes) => context.decodeAudioData(bytes));
    clip.catch(() => clips.delete(name));
    clips.set(name, clip);
  }
  return clips.get(name);
}

export async function say(names) {
  const mine = ++turn;
  for (const clip of playing.splice(0)) clip.stop();
  try {
    context ??= new AudioContext();
    const buffers = await Promise.all(names.split(" ").filter(Boolean).map(fetchClip));
    if (context.state === "suspended") await context.resume();
    if (mine !== turn) return;
    let at = context.currentTime;
    for (const buffer of buffers) {
      const clip = new AudioBufferSourceNode(context, { buffer });
      clip.connect(context.destination);
      clip.start(at);
      at += buffer.duration;
      playing.push(clip);
    }
  } catch (reason) {
    console.info("no voice:", reason);
  }
}
