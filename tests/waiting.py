"""How long tests wait for what is bound to come.

Whoever is answered waits no longer than the answer takes: only a test that fails waits to the end. So it is
long enough for a machine that does ten other things, and for one that stands still for a while.
"""

import os

# Less where what is waited for will not come: `tests.planted`.
PATIENCE_S = float(os.environ.get("PATIENCE_S", "30"))
PATIENCE_MS = 1000 * PATIENCE_S  # as Playwright counts
