import { newId, post } from "./post.js";
import { follow } from "./stream.js";
import { say } from "./voice.js";
import { watchWedge } from "./wedge.js";

// What may be touched here sends a form; how things stand then comes with the stream.
document.addEventListener("submit", (event) => {
  event.preventDefault();
  event.target.dataset.requestId ??= newId();
  post(event.target, event.submitter);
});

watchWedge();
follow({ say });
