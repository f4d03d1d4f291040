import { follow } from "./stream.js";
import { say } from "./voice.js";
import { watchWedge } from "./wedge.js";

watchWedge();
follow({ say });
