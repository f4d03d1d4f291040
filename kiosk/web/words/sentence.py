"""One sentence for three readers, marked for translation."""

from __future__ import annotations

from typing import NamedTuple


def N_(message: str) -> str:  # noqa: N802 - the name by which message extraction knows it
    """Marks a message of the tables for translation."""
    return message


class Sentence(NamedTuple):
    """`headline` and `advice` face the elder, `staff` the people behind the counter."""

    headline: str
    advice: str
    staff: str


TELL = N_("Please tell the person on duty.")
