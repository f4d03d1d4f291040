"""A port that a test was given is nobody else's."""

from __future__ import annotations

import socket
import subprocess
import sys

from tests.ports import BLOCKS, free_port


def test_another_process_is_given_others() -> None:
    command = [sys.executable, "-c", "from tests.ports import free_port; print(free_port())"]
    there = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert there // BLOCKS.step != free_port() // BLOCKS.step


def test_a_port_in_use_is_passed_over_with_the_one_before_it() -> None:
    taken = free_port() + 2
    with socket.create_server(("127.0.0.1", taken)):
        first = free_port(neighbours=1)
        assert taken not in (first, first + 1)
        assert free_port() not in (taken, first, first + 1)
