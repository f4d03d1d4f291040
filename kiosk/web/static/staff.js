import { watchActs } from "./act.js";
import { watchDays } from "./clock.js";
import { attend, open, watchPanels } from "./panel.js";
import { follow } from "./stream.js";
import { watchWedge } from "./wedge.js";

watchActs();
watchDays();
watchPanels();
watchWedge();
follow({ duty: attend, badge: open });
