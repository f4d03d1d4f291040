"""Commands of the GM65 family of scanner modules, in command mode. GM65 user manual, section 2."""

from __future__ import annotations

# Write 01 to zone 0002; AB CD stands where a CRC may be left out.
TRIGGER = bytes.fromhex("7e000801000201abcd")
ACKNOWLEDGE = bytes.fromhex("02000001003331")
