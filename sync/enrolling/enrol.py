"""A kiosk introduces itself: key made here, code from the office, journal and office keys in return.

It can be cut off anywhere. The key is on the disk before it is shown to the office, and the office gives the
same answer to the same key and code, so whoever runs it again gets to the same end.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from kiosk.journal.identity import FILE
from kiosk.store.files import sync_folder
from sync.enrolling.codes import read_code, vouches_for
from sync.enrolling.enrolment import KEY_FILE, NEXT_KEY_FILE, Enrolment, read_enrolment, write_enrolment
from sync.enrolling.keyfiles import read_or_make_key
from sync.errors import AlreadyEnrolled, NotEnrolled, NotTheOffice, Refused, WrongSignature
from sync.wire import messages, signing
from sync.wire.messages import Enrol, Enrolled, Refusal
from sync.wire.signing import SigningKey
from sync.wire.transport import Transport

NEW_KEY_FILE = "device.key.new"


def enrol(folder: Path, office: str, code: str, *, again: bool = False, ca: Path | None = None) -> Enrolment:
    """Enrol with the office at this URL. `again`: in place of an enrolment that is there.

    Raises `WrongCode`, `AlreadyEnrolled`, `Refused`, `WrongSignature` and what `Transport` raises.
    """
    code = read_code(code)
    folder.mkdir(parents=True, exist_ok=True)
    if not again and _is_enrolled(folder):
        raise AlreadyEnrolled(str(folder / FILE))
    key_file = _key_file(folder)
    key = read_or_make_key(key_file)
    enrolled = _ask(office, ca, key, code)
    enrolment = Enrolment(
        office=office,
        region_id=enrolled.region_id,
        journal_id=enrolled.journal_id.hex(),
        device_id=key.id.hex(),
        name=enrolled.name,
        site=enrolled.site,
        office_keys=tuple(each.hex() for each in enrolled.office_keys),
        predecessors=tuple(each.hex() for each in enrolled.predecessors),
    )
    (folder / NEXT_KEY_FILE).unlink(missing_ok=True)
    key_file.replace(folder / KEY_FILE)
    sync_folder(folder)
    write_enrolment(folder, enrolment)
    return enrolment


def _is_enrolled(folder: Path) -> bool:
    try:
        read_enrolment(folder)
    except NotEnrolled:
        return False
    return True


def _key_file(folder: Path) -> Path:
    """Where the key to present is: the new one, unless its renaming was the last thing that was done."""
    new, current = folder / NEW_KEY_FILE, folder / KEY_FILE
    renamed = not new.exists() and current.exists() and not _is_enrolled(folder)
    return current if renamed else new


def _ask(office: str, ca: Path | None, key: SigningKey, code: str) -> Enrolled:
    request = Enrol(code, key.public, secrets.token_bytes(16))
    body = key.sign(signing.enrol_context(), messages.encode(request))
    with Transport(office, ca=ca) as transport:
        answered = transport.exchange("/v1/enrol", body)
    answer = messages.decode_answer(messages.decode_envelope(answered).payload)
    match answer:
        case Enrolled(office_keys=office_keys):
            known = [each for each in office_keys if vouches_for(code, [each])]
            if not known:
                raise WrongSignature(
                    "another office than the one that made the code, or it has changed its key since"
                )
            signing.verified(answered, signing.answer_context(body), signing.by_id(*known))
            return answer
        case Refusal(code=reason, detail=detail):
            raise Refused(reason, detail)
    raise NotTheOffice(f"answered {type(answer).__name__}")
