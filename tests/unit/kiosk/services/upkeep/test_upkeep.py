"""A kiosk does what the office tells it, once, and not when it is too old."""

from __future__ import annotations

import zlib

import pytest

from kiosk.counter import Counter
from kiosk.plain import logs
from kiosk.services.upkeep.actions import MOST_LOG_BYTES, Upkeep, packed
from kiosk.services.upkeep.items import KIOSK_COMMAND, Do, KioskCommand
from kiosk.services.upkeep.records import COMMAND_ANSWERED, CommandAnswered, decode_answered
from tests.factories import World

MINUTE_MS = 60_000


class Machine:
    """Counts how often the process would have ended."""

    def __init__(self, *, starts_again: bool = True) -> None:
        self.ended, self.starts_again = 0, starts_again

    def opened(self, counter: Counter) -> Upkeep:
        return Upkeep(counter.here, self._end, lambda: self.starts_again)

    def _end(self) -> None:
        self.ended += 1


def told(
    world: World, counter: Counter, do: str, *, until_ms: int = 10 * MINUTE_MS, journal: bytes = b""
) -> None:
    ours = journal or counter.journal.key.journal_id
    command = KioskCommand(command="c1", journal_id=ours, do=do, until_ms=world.time.wall_ms + until_ms)
    world.publish(KIOSK_COMMAND, {"c1": command})


def answers(counter: Counter) -> list[CommandAnswered]:
    with counter.journal.writing() as writing:
        record = writing.last_record()
    is_one = record is not None and (record.kind, record.version) == COMMAND_ANSWERED
    return [decode_answered(record.body)] if is_one and record else []


def test_it_starts_anew_once_however_often_it_is_told(world: World, counter: Counter) -> None:
    told(world, counter, Do.RESTART)
    machine = Machine()
    upkeep = machine.opened(counter)
    upkeep.step()
    upkeep.step()
    assert (machine.ended, answers(counter)) == (1, [CommandAnswered("c1", "done")])
    machine.opened(counter).step()
    assert machine.ended == 1, "whoever was started anew finds the answer in the journal"


@pytest.mark.parametrize("until_ms", [-1, 61 * MINUTE_MS])
def test_what_is_too_old_or_of_another_time_is_never_done(
    world: World, counter: Counter, until_ms: int
) -> None:
    told(world, counter, Do.RESTART, until_ms=until_ms)
    machine = Machine()
    machine.opened(counter).step()
    assert (machine.ended, answers(counter)) == (0, [CommandAnswered("c1", "too_old")])


def test_what_another_kiosk_is_told_is_not_for_this_one(world: World, counter: Counter) -> None:
    told(world, counter, Do.RESTART, journal=bytes(16))
    machine = Machine()
    machine.opened(counter).step()
    assert (machine.ended, answers(counter)) == (0, [])


def test_where_nobody_would_start_it_again_it_goes_on(world: World, counter: Counter) -> None:
    told(world, counter, Do.RESTART)
    machine = Machine(starts_again=False)
    machine.opened(counter).step()
    assert (machine.ended, answers(counter)) == (
        0,
        [CommandAnswered("c1", "failed", "nobody_starts_it_again")],
    )


def test_what_it_does_not_know_it_says(world: World, counter: Counter) -> None:
    told(world, counter, "make_coffee")
    Machine().opened(counter).step()
    assert answers(counter) == [CommandAnswered("c1", "failed", "unknown_command")]


def test_it_sends_the_end_of_its_log(world: World, counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "latest", lambda: ["card_reader_lost", "card_reader_ready"])
    told(world, counter, Do.SEND_LOG)
    Machine().opened(counter).step()
    (answer,) = answers(counter)
    assert zlib.decompress(answer.log) == b"card_reader_lost\ncard_reader_ready"


def test_a_log_is_cut_at_its_beginning_to_what_a_batch_has_room_for() -> None:
    noise = [zlib.crc32(str(n).encode()).to_bytes(4).hex() * 5 + f" {n:x}" for n in range(9000)]
    made = packed(noise)
    kept = zlib.decompress(made).decode().splitlines()
    assert len(made) <= MOST_LOG_BYTES
    assert kept == noise[-len(kept) :]
    assert len(kept) > 500
