"""One test in two tiers: a small version that everybody runs, and the long one of `make test-deep`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def in_both(
    name: str,
    *,
    fast: Iterable[object],
    deep: Iterable[object],
    indirect: bool = False,
    ids: Callable[[Any], str] | None = None,
) -> pytest.MarkDecorator:
    """The parameter `name` with some values in the fast tier, and with others in the deep one."""
    values = [*fast, *(pytest.param(each, marks=pytest.mark.deep) for each in deep)]
    return pytest.mark.parametrize(name, values, indirect=indirect, ids=ids)
