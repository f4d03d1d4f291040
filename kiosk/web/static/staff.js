import { watchActs } from "./act.js";
import { follow } from "./stream.js";

watchActs();
follow();
