"""The logs of processes are shown with the test that fails, and not with another."""

from __future__ import annotations

import os
from pathlib import Path

from tests.process_logs import LINES, shown_on_failure, written_since


def test_the_end_of_what_was_logged_meanwhile_is_shown(tmp_path: Path) -> None:
    lately, earlier = (shown_on_failure(tmp_path / f"{name}.log") for name in ("office", "sync"))
    lately.write_text("\n".join(f"line {number}" for number in range(LINES + 5)))
    earlier.write_text("of another test")
    os.utime(earlier, (0, 0))

    def shown() -> dict[str, str]:
        """Of this test alone: others in the same process have logs too."""
        return {name: text for name, text in written_since(1.0) if name.endswith(tmp_path.name)}

    ((headline, text),) = shown().items()
    assert headline == f"office.log of {tmp_path.name}"
    assert (text.splitlines()[0], text.splitlines()[-1]) == ("line 5", f"line {LINES + 4}")
    lately.unlink()
    assert shown() == {}
