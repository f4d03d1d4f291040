"""A QR code as a picture."""

from __future__ import annotations

import qrcode
import qrcode.constants
import qrcode.image.svg

QUIET_ZONE_MODULES = 4  # what ISO/IEC 18004 asks for around a code


def code_svg(text: str) -> str:
    """The code as a drawing for paper or page, level M: it can be read with a seventh of it soiled."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        border=QUIET_ZONE_MODULES,
        image_factory=qrcode.image.svg.SvgPathImage,
    )
    code.add_data(text)
    return str(code.make_image().to_string(encoding="unicode"))
