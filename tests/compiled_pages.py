"""Templates that one test had compiled are there for the next.

In use an application lives as long as its process, and compiles each template once. Those of tests live for a
moment, and compiling a page's templates anew took two fifths of each test that looks at one.
"""

from __future__ import annotations

from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class _Kept(BytecodeCache):
    """In memory: by the template's name and file, and for the text it was compiled from."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get(_key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._compiled[_key(bucket)] = bucket.code


def _key(bucket: Bucket) -> tuple[str, ...]:
    """What is compiled depends on how white space is kept and on the extensions, too."""
    ways = bucket.environment
    return (bucket.key, bucket.checksum, f"{ways.trim_blocks} {ways.lstrip_blocks}", *sorted(ways.extensions))


def pages_compiled_once() -> None:
    """Applications that this process makes from now on share them."""
    Flask.jinja_options = {"bytecode_cache": _Kept()}
