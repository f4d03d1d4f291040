"""What can be wrong with a journal. None of these is mended by trying again."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal


class JournalDamaged(Refusal):
    """The file does not prove itself. It is put in order or put aside, and kept for whoever repairs it."""

    code = "journal_damaged"
    reason: str
    finding: str = ""  # of the proof, and in which record
    seq: int | None = None
    is_fault = True


class JournalUnwritable(Refusal):
    """The record could not be made durable: the disk is full, read-only or failing. Nothing was taken."""

    code = "journal_unwritable"
    reason: str
    again_helps = True
    is_fault = True


class JournalClosed(Refusal):
    """Another journal is written from now on. Nothing was taken; the same once more goes there."""

    code = "journal_closed"
    again_helps = True


class JournalRewriting(Refusal):
    """A damaged file is being written anew from its records, which takes some minutes if they are many."""

    code = "journal_rewriting"
    again_helps = True


class ReceiptUnknown(Refusal):
    """This kiosk's journal has no such record: money is given back where it was taken."""

    code = "receipt_unknown"
    receipt: str
