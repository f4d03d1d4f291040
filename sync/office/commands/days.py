"""Days as they are typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from kiosk.common.clock import local_time, unix_ms


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """A day such as 2025-01-31."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r}: a day such as 2025-01-31 is allowed", param, context)


def today() -> date:
    return local_time(unix_ms()).date()
