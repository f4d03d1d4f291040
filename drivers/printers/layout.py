"""A slip as ESC/POS commands: python-escpos writes the commands, the Chinese letters are added by hand.

python-escpos knows no Chinese code page, so the text is sent raw between `FS &` and `FS .`. Some printers
double Chinese letters by `FS !` and others by `GS !`, so both are sent.
"""

from __future__ import annotations

from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy

from drivers.printers.lettering import columns, encoded, wrapped
from drivers.slip import Code, Line, Pair, Rule, Slip

CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
CHINESE_NORMAL, CHINESE_DOUBLE = b"\x1c!\x00", b"\x1c!\x0c"
# Dots of one module. A code wider than the paper is not printed at all: 61 modules, enough for 251 bytes, are
# 366 dots, and paper of 58 mm takes 384.
MODULE_DOTS, SMALL_MODULE_DOTS = 6, 3
LARGE_MODULES_BYTES = 251


def commands(slip: Slip, width: int) -> bytes:
    """What a printer of `width` columns is to be sent, up to the cut."""
    printer = Dummy()
    printer.hw("INIT")
    printer._raw(CHINESE_ON)
    for part in slip:
        match part:
            case Line(text, large, centred):
                for row in wrapped(text, width // 2 if large else width):
                    _print(printer, row, large, "center" if centred else "left")
            case Pair(left, right, large):
                for row in _paired(left, right, width // 2 if large else width):
                    _print(printer, row, large)
            case Rule():
                _print(printer, "-" * width)
            case Code(text):
                _print_code(printer, text)
    printer._raw(CHINESE_OFF)
    printer.cut(mode="PART")
    return bytes(printer.output)


def _print(printer: Dummy, row: str, large: bool = False, align: str = "left") -> None:
    times = 2 if large else 1
    printer.set(align=align, custom_size=True, width=times, height=times)
    printer._raw(CHINESE_DOUBLE if large else CHINESE_NORMAL)
    printer._raw(encoded(row) + b"\n")


def _print_code(printer: Dummy, text: str) -> None:
    fits = len(text.encode()) <= LARGE_MODULES_BYTES
    printer.set(align="center")
    printer.qr(text, ec=QR_ECLEVEL_M, size=MODULE_DOTS if fits else SMALL_MODULE_DOTS, native=True)
    printer._raw(b"\n")


def _paired(left: str, right: str, width: int) -> list[str]:
    """The word, and the figure at the right edge: of the word's last line if both have room there."""
    rows = wrapped(left, width)
    gap = width - columns(rows[-1]) - columns(right)
    if gap < 1:
        rows.append("")
        gap = max(0, width - columns(right))
    rows[-1:] = wrapped(rows[-1] + " " * gap + right, width)
    return rows
