import { watchActs } from "./act.js";
import { watchDays } from "./clock.js";
import { follow } from "./stream.js";

watchActs();
watchDays();
follow();
