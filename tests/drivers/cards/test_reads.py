"""What several reads of one card come to."""

from __future__ import annotations

from dataclasses import replace

from drivers.cards.answering import Answer
from drivers.cards.reads import READ_AGAIN_MS, Reads
from drivers.contracts import Authentication, CardFamily, CardTap

UID = bytes.fromhex("04A1B2C3D4E5F6")
WHOLE = Answer(UID, CardFamily.NTAG21X, signed_record=b"signed", counter=7)
TORN = Answer(UID, CardFamily.TYPE2, complete=False)
BARE = Answer(UID, CardFamily.TYPE2)


def tap_after(*answers: Answer) -> CardTap:
    reads = Reads(0)
    for answer in answers:
        reads.add(answer)
    tap = reads.tap(0)
    assert tap is not None
    return tap


def test_a_torn_read_tells_the_number_and_nothing_else() -> None:
    tap = tap_after(TORN, TORN)
    assert (tap.uid, tap.signed_record, tap.complete_reads) == (UID, None, 0)


def test_a_whole_read_outweighs_torn_ones() -> None:
    for answers in ((TORN, WHOLE), (WHOLE, TORN)):
        tap = tap_after(*answers)
        assert (tap.signed_record, tap.counter, tap.complete_reads) == (b"signed", 7, 1)


def test_reads_that_agree_are_counted() -> None:
    assert tap_after(BARE, TORN, BARE).complete_reads == 2
    assert tap_after(WHOLE, replace(WHOLE, counter=8)).complete_reads == 2


def test_reads_that_contradict_each_other_count_for_nothing() -> None:
    for other in (BARE, replace(WHOLE, authentication=Authentication.FAILED)):
        tap = tap_after(WHOLE, other)
        assert (tap.signed_record, tap.complete_reads) == (other.signed_record, 1)


def test_a_read_with_a_line_that_stumbled_confirms_nothing_against_a_card() -> None:
    failed = replace(WHOLE, authentication=Authentication.FAILED)
    stumbled = replace(failed, sure=False)
    for answers in ((failed, stumbled), (stumbled, failed), (stumbled, stumbled, stumbled)):
        assert tap_after(*answers).complete_reads == 1
    assert tap_after(stumbled, failed, failed).complete_reads == 2


def test_what_was_proved_is_proved_whether_the_line_stumbled_or_not() -> None:
    failed = replace(WHOLE, authentication=Authentication.FAILED)
    tap = tap_after(failed, replace(WHOLE, authentication=Authentication.PASSED, sure=False))
    assert (tap.authentication, tap.complete_reads) == (Authentication.PASSED, 1)


def test_reading_ends_when_two_agree_or_the_time_is_over() -> None:
    reads = Reads(1000)
    assert reads.tap(0) is None
    reads.add(BARE)
    assert not reads.is_over(999 + READ_AGAIN_MS)
    assert reads.is_over(1000 + READ_AGAIN_MS)
    reads.add(BARE)
    assert reads.is_over(1000)
