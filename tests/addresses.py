"""Addresses of pages that one test had compiled are there for the next.

In use an office makes its application once. Those of tests live for a moment, and compiling what makes each
page's address anew for each of them took a fifth of all tests that have an office.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing.rules import Rule

_compile = Rule._compile_builder
_made: dict[object, Callable[..., tuple[str, str]]] = {}


def addresses_compiled_once() -> None:
    """Applications that this process makes from now on share them."""
    Rule._compile_builder = _compile_builder  # type: ignore[method-assign]


def _compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    """It depends on nothing else: converters are looked up in the rule when an address is made."""
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _made:
        _made[key] = _compile(rule, append_unknown)
    return _made[key]
