"""Addresses of pages that one test had compiled are there for the next.

In use an office makes its application once. Those of tests live for a moment, and compiling what finds and
makes each page's address anew for each of them took a third of each test that has an office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.routing.converters import BaseConverter
from werkzeug.routing.rules import Rule, RulePart

_parse = Rule._parse_rule
_compile = Rule._compile_builder
_found: dict[object, tuple[list[RulePart], list[tuple[bool, str]], dict[str, BaseConverter]]] = {}
_made: dict[object, Callable[..., tuple[str, str]]] = {}


def addresses_compiled_once() -> None:
    """Applications that this process makes from now on share them."""
    Rule._parse_rule = _parse_rule  # type: ignore[method-assign]
    Rule._compile_builder = _compile_builder  # type: ignore[method-assign]


def _parse_rule(rule: Rule, text: str) -> Iterable[RulePart]:
    """It depends on the text, and on what the application calls a number, a name and so on."""
    key = (text, frozenset(rule.map.converters.items()))
    if key not in _found:
        before, rule._trace, rule._converters = (rule._trace, rule._converters), [], {}
        _found[key] = (list(_parse(rule, text)), rule._trace, rule._converters)
        rule._trace, rule._converters = before
    parts, trace, converters = _found[key]
    rule._trace.extend(trace)
    rule._converters.update(converters)
    rule.arguments.update(converters)
    return parts


def _compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    """It depends on nothing else: converters are looked up in the rule when an address is made."""
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _made:
        _made[key] = _compile(rule, append_unknown)
    return _made[key]
