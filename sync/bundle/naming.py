"""How files on a stick are called: by kiosk, journal and range, and by nobody's name."""

from __future__ import annotations

import hashlib
import re

from sync.enrolling.enrolment import Enrolment
from sync.wire.messages import Pull, Push

PUSH, PULL = ".push", ".pull"  # a kiosk's requests
ACK, PAGE = ".ack", ".page"  # the office's answers, called like the request they answer
ENDINGS = (PUSH, PULL, ACK, PAGE)


def prefix(enrolment: Enrolment) -> str:
    """How the files to and from one kiosk begin."""
    return f"{re.sub(r'[^a-zA-Z0-9]+', '_', enrolment.name)}-{enrolment.journal_id[:8]}-"


def push_name(enrolment: Enrolment, place: int, journal_id: bytes, batch: Push, last_seq: int) -> str:
    """`place`: of the journal among those to send, for the office reads in order of names."""
    content = hashlib.sha256(batch.head_hash + batch.notices).digest() if batch.notices else batch.head_hash
    named = f"{journal_id.hex()[:8]}-{batch.first_seq:09}-{last_seq:09}-{content.hex()[:8]}"
    return f"{prefix(enrolment)}{place}-{named}{PUSH}"


def pull_name(enrolment: Enrolment, pull: Pull) -> str:
    return f"{prefix(enrolment)}catalogue-{pull.counter:09}{PULL}"


def ack_name(request_name: str) -> str:
    return f"{request_name.removesuffix(PUSH).removesuffix(PULL)}{ACK}"


def page_name(request_name: str, number: int) -> str:
    return f"{request_name.removesuffix(PULL)}-{number:05}{PAGE}"
