import { follow } from "./stream.js";
import { say } from "./voice.js";

follow({ say });
