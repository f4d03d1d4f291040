"""What is said after EV2First: commands and answers with a MAC, and encrypted where the file asks for it.

NT4H2421Gx data sheet sections 9.1.9 (MAC mode) and 9.1.10 (full mode). The command counter makes every
message different; the answer is checked against the counter after the command.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from drivers.cards.crypto import aes
from drivers.cards.crypto.ev2 import SessionKeys

MAC_BYTES = 8


class BadAnswer(Exception):
    """An answer whose MAC or padding is wrong: somebody sits between card and reader."""


@dataclass(slots=True)
class SecureChannel:
    """An authenticated session, seen from the reader. `counter` is the number of commands sent."""

    keys: SessionKeys
    transaction: bytes
    counter: int = 0

    def command(self, ins: int, header: bytes = b"", data: bytes = b"") -> bytes:
        """Return the data field of a command: header, encrypted data if there is any, MAC."""
        if data:
            data = aes.encrypt(self.keys.enc, aes.pad(data), self._iv(b"\xa5\x5a"))
        message = bytes([ins]) + self._context() + header + data
        return header + data + aes.short_mac(self.keys.mac, message)

    def plain_answer(self, answer: bytes) -> bytes:
        """Check the answer to the last command in MAC mode. Raises BadAnswer."""
        self.counter += 1
        if len(answer) < MAC_BYTES:
            raise BadAnswer("no MAC")
        body, mac = answer[:-MAC_BYTES], answer[-MAC_BYTES:]
        if not hmac.compare_digest(mac, aes.short_mac(self.keys.mac, b"\x00" + self._context() + body)):
            raise BadAnswer("wrong MAC")
        return body

    def full_answer(self, answer: bytes) -> bytes:
        """Check and decrypt the answer to the last command in full mode. Raises BadAnswer."""
        body = self.plain_answer(answer)
        if not body:
            return body
        try:
            return aes.unpad(aes.decrypt(self.keys.enc, body, self._iv(b"\x5a\xa5")))
        except ValueError as fault:
            raise BadAnswer(str(fault)) from fault

    def _context(self) -> bytes:
        return self.counter.to_bytes(2, "little") + self.transaction

    def _iv(self, label: bytes) -> bytes:
        counter = self.counter.to_bytes(2, "little")
        return aes.encrypt_block(self.keys.enc, label + self.transaction + counter + bytes(8))
