// Plays rows of clips without gaps, each row as loud as it is to be. A new sentence cuts off the old one. A browser
// that will not play, or a clip that is missing, costs the sound and nothing else.

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

// Starts a row of clips one after the other; returns when the last one ends.
function play(buffers, gain, at) {
  const volume = new GainNode(context, { gain });
  volume.connect(context.destination);
  for (const buffer of buffers) {
    const clip = new AudioBufferSourceNode(context, { buffer });
    clip.connect(volume);
    clip.start(at);
    at += buffer.duration;
    playing.push(clip);
  }
  return at;
}

export async function say(words) {
  const mine = ++turn;
  for (const clip of playing.splice(0)) clip.stop();
  const { slow, pause_s, phrases } = JSON.parse(words);
  try {
    context ??= new AudioContext();
    const fetchRow = ({ clips }) => Promise.all(clips.map((name) => fetchClip(slow ? `slow/${name}` : name)));
    const rows = await Promise.all(phrases.map(fetchRow));
    if (context.state === "suspended") await context.resume();
    if (mine !== turn) return;
    let at = context.currentTime;
    rows.forEach((row, place) => (at = play(row, phrases[place].gain, at) + pause_s));
  } catch (reason) {
    console.info("no voice:", reason);
  }
}
