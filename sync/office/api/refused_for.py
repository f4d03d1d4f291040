"""Why the office says no to a kiosk: every code that a `Refusal` may carry, in words for programmers."""

from __future__ import annotations

from collections.abc import Mapping

REFUSED_FOR: Mapping[str, str] = {
    "another_epoch": "what is told belongs to the time before the office was restored",
    "batch_too_large": "more records than one batch may have",
    "broken_chain": "the records do not lead to the hash at their end",
    "card_not_in_use": "the card is unknown, blocked or withdrawn",
    "card_without_key": "the card cannot prove itself",
    "expired_code": "the enrolment code is too old",
    "garbled": "the bytes are no message that is allowed here; the detail says where and what is",
    "journal_sealed": "the journal has ended and is granted nothing",
    "key_in_use": "the new key is somebody's already",
    "no_challenge": "what the card said is no challenge",
    "no_such_ticket": "the ticket is of another exchange",
    "not_your_history": "the journal is none of this kiosk's line",
    "not_your_journal": "the journal is written by another kiosk",
    "only_late_records": "a revoked kiosk may send its late records, and nothing else",
    "revoked": "the kiosk may speak no more",
    "ticket_too_old": "the card took too long",
    "too_many_proofs": "more proofs in a minute than a kiosk may ask for",
    "unknown_account": "there is no such account, or it is nobody's at this kiosk",
    "unknown_code": "there is no such enrolment code",
    "unknown_key": "the request is signed by nobody who is enrolled here",
    "unknown_record": "the office does not have the record",
    "used_code": "the enrolment code was used by another key",
    "wrong_signature": "the signature does not fit the request",
}
