"""QR codes for screens, as a drawing inside the page."""

from __future__ import annotations

import qrcode
import qrcode.image.svg
from markupsafe import Markup


def code_svg(text: str) -> Markup:
    """Level L: nothing soils a screen, and fewer modules are larger ones."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_L, image_factory=qrcode.image.svg.SvgPathImage
    )
    code.add_data(text)
    return Markup(code.make_image().to_string(encoding="unicode"))  # noqa: S704  (made of modules alone)
