"""The containers themselves: what was written stays, whatever ends them."""

from __future__ import annotations

import pytest

from tests.container import roots
from tests.container.conftest import Make

pytestmark = pytest.mark.deep


def test_what_was_written_survives_an_end_in_order_and_a_power_cut(machine_of: Make) -> None:
    machine = machine_of([roots.bare(roots.host_suite())])
    assert machine.run("ls /sys/class/net").split() == ["lo"]
    machine.put("/root/first", "written")
    machine.reboot()
    machine.put("/root/second", "written")
    machine.power_cut()
    machine.boot()
    assert machine.run("ls /root").split() == ["first", "second"]
