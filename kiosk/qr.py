"""A QR code as a picture."""

from __future__ import annotations

import io

import qrcode
import qrcode.constants
import qrcode.image.svg

QUIET_ZONE_MODULES = 4  # what ISO/IEC 18004 asks for around a code


def code_svg(text: str) -> bytes:
    """The code as a picture to print, level M: it can be read with a seventh of it soiled."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        border=QUIET_ZONE_MODULES,
        image_factory=qrcode.image.svg.SvgPathImage,
    )
    code.add_data(text)
    picture = io.BytesIO()
    code.make_image().save(picture)
    return picture.getvalue()
