"""What can go wrong between a kiosk and the office, by name. `transient`: trying again can end differently.

The agent never stops trying whatever the name, for a captive portal goes away and a clerk mends a mistake;
the name tells people what to look at, and `transient` whether they need to.
"""

from __future__ import annotations

from typing import ClassVar

from kiosk.journal import incarnation


class SyncError(Exception):
    """Base of all. `code` is stable and may be logged or stored."""

    code: ClassVar[str]
    transient: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail


class OfficeUnreachable(SyncError):
    """No connection: no network, no route, nobody listening, or cut off in the middle."""

    code = "office_unreachable"
    transient = True


class OfficeSilent(SyncError):
    """Connected, but no answer within the time allowed."""

    code = "office_silent"
    transient = True


class OfficeFailing(SyncError):
    """The office, or a proxy before it, answered with a failure of its own."""

    code = "office_failing"
    transient = True


class OfficeBusy(SyncError):
    """Too many at once: come back after `delay_ms`."""

    code = "office_busy"
    transient = True

    def __init__(self, delay_ms: int) -> None:
        super().__init__(f"again in {delay_ms} ms")
        self.delay_ms = delay_ms


class NotTheOffice(SyncError):
    """Something else answered: a captive portal, a wrong address, or an answer that was cut or garbled."""

    code = "not_the_office"
    transient = True


class WrongCertificate(SyncError):
    """HTTPS, but not by an authority we trust: see `ca` in kiosk.toml, the kiosk's clock, and who answers."""

    code = "wrong_certificate"


class Garbled(SyncError):
    """Bytes that are no message of ours, or expand to more than is allowed."""

    code = "garbled"


class WrongSignature(SyncError):
    """Signed by another key than is pinned or registered, or over other bytes."""

    code = "wrong_signature"


class UnknownKey(WrongSignature):
    """Signed with a key that is not pinned or registered here."""

    code = "unknown_key"


class UnknownOfficeKey(UnknownKey):
    """A stranger answers in the office's place, or the office changed its key while this kiosk was away."""

    code = "unknown_office_key"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"{detail} signed the answer. Either somebody answers in the office's place, or the office has"
            " changed its key and retired the old one while this kiosk was away; then it must enrol again"
            " with a new code from the office: kiosk-sync enrol CODE --again"
        )


class Refused(SyncError):
    """The office's own signed no; `code` of the refusal stands in `reason`."""

    code = "refused"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason, self.detail = reason, detail


class JournalFault(SyncError):
    """From record `seq` on a journal cannot be sent as it is: the kiosk needs a new one."""

    code = "journal_fault"

    def __init__(self, seq: int) -> None:
        super().__init__(f"at record {seq}")
        self.seq = seq


class HistoryForked(JournalFault):
    """The office holds other records under the same numbers: an old image was restored, or a card cloned."""

    code = incarnation.FORKED


class HistoryLost(JournalFault):
    """The office holds more of this journal than this kiosk: its file went back in time."""

    code = incarnation.LOST


class JournalDamaged(JournalFault):
    """The record does not follow from the one before it: the file was changed, or is failing."""

    code = incarnation.DAMAGED


class StoreFailing(SyncError):
    """The kiosk's own files cannot be read or written now: in use, disk full, read-only or failing."""

    code = "store_failing"
    transient = True


class StickFull(SyncError):
    """No more fits on the memory stick; what is on it is whole."""

    code = "stick_full"


class StickFailing(SyncError):
    """The memory stick is not there, was pulled out, is read-only or broken."""

    code = "stick_failing"
    transient = True


class NotEnrolled(SyncError):
    """No usable enrolment in the store folder: `kiosk-sync enrol CODE`."""

    code = "not_enrolled"


class AlreadyEnrolled(SyncError):
    """The store folder has an enrolment; a new one would begin a new journal."""

    code = "already_enrolled"


class WrongCode(SyncError):
    """An enrolment code with a typing error in it."""

    code = "wrong_code"
