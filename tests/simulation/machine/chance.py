"""One seed decides everything: whatever the program draws by chance comes from the scenario's own dice."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import structlog


@contextmanager
def fixed_chance(seed: str) -> Iterator[None]:
    """Keys, journal ids, epochs and codes are the same in every run of a seed, and nobody writes a log."""
    dice = random.Random(seed)
    with (
        patch.object(secrets, "token_bytes", lambda n=32: dice.randbytes(n)),
        patch.object(secrets, "token_hex", lambda n=32: dice.randbytes(n).hex()),
        patch.object(secrets, "choice", dice.choice),
        patch.object(secrets, "randbelow", dice.randrange),
        patch.object(random, "randint", dice.randint),
        _silent_log(),
    ):
        yield


@contextmanager
def _silent_log() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(
        processors=[_drop], logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def _drop(_logger: object, _name: str, _event: object) -> str:
    raise structlog.DropEvent
