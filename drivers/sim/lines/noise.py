"""A bad cable: now and then a frame arrives with a flipped bit, a byte too few or one too many."""

from __future__ import annotations

import random


class Noise:
    """Damages `share` of the frames (0 to 1), in both directions; the same seed damages the same ones."""

    def __init__(self, share: float, seed: int) -> None:
        self.share = share
        self.damaged = 0
        self._dice = random.Random(seed)  # noqa: S311  # not for secrets

    def carry(self, frame: bytes) -> bytes:
        """Return what arrives of a frame."""
        if self._dice.random() >= self.share:
            return frame
        self.damaged += 1
        at = self._dice.randrange(len(frame))
        match self._dice.randrange(3):
            case 0:
                flipped = frame[at] ^ 1 << self._dice.randrange(8)
                return frame[:at] + bytes([flipped]) + frame[at + 1 :]
            case 1:
                return frame[:at] + frame[at + 1 :]
        return frame[:at] + self._dice.randbytes(1) + frame[at:]
