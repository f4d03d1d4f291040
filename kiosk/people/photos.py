"""A resident's picture, as the catalogue brings it to the kiosks of the home site."""

from __future__ import annotations

import hashlib

import msgspec

MIME_TYPE = "image/webp"


class Photo(msgspec.Struct, frozen=True):
    """The face alone, small: the office cuts, shrinks and encodes it when it is imported."""

    image: bytes  # WebP

    @property
    def name(self) -> str:
        """What a resident's entry calls this very picture; another picture has another name."""
        return hashlib.sha256(self.image).hexdigest()[:16]
