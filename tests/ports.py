"""Ports for servers of tests, chosen before the server is there.

The system gives ports to whoever asks for any, or only connects to somewhere: one that was asked for and
closed again may be another's by the time that its server starts. So these lie below those that the system
gives away, and each test process has a block to itself, which it holds until it ends.
"""

from __future__ import annotations

import socket
from itertools import cycle

BLOCKS = range(10_000, 32_000, 200)  # Linux gives away those from 32768 on, unless it is told otherwise


def _own_block() -> tuple[socket.socket, range]:
    """The first block that nobody has, and the name that shows whose it is: it goes with the process."""
    for first in BLOCKS:
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0neighbourhood-card ports from {first}")
        except OSError:
            name.close()
        else:
            return name, range(first, first + BLOCKS.step)
    raise OSError(f"{len(BLOCKS)} test processes have all ports from {BLOCKS.start} to {BLOCKS.stop - 1}")


# As the module is imported: what a test opens it has to close.
_HELD, _BLOCK = _own_block()
_in_turn = cycle(_BLOCK)


def free_port(neighbours: int = 0) -> int:
    """A port that nobody listens at; so many after it are free too. Asked again, it gives others first."""
    for _ in _BLOCK:
        port = next(_in_turn)
        if all(each in _BLOCK and _is_free(each) for each in range(port, port + neighbours + 1)):
            for _ in range(neighbours):
                next(_in_turn)
            return port
    raise OSError(f"all ports from {_BLOCK.start} to {_BLOCK.stop - 1} are in use")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            trial.bind(("", port))
        except OSError:
            return False
        return True
