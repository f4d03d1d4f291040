"""A kiosk goes on under another key, without a new journal and without a moment in which it has none.

The new key is on the disk before it is shown. From then on the change is finished by whoever comes next, the
command or the process that runs all day: asked again, the office gives the same answer.
"""

from __future__ import annotations

from pathlib import Path

from sync.enrolling.enrolment import NEXT_KEY_FILE, Enrolment, adopt_next_key, read_enrolment
from sync.enrolling.keyfiles import read_key, read_or_make_key
from sync.errors import Garbled
from sync.wire import signing
from sync.wire.messages import Noted, Rekey
from sync.wire.signing import PublicKeys
from sync.wire.transport import Transport


def begin(folder: Path) -> None:
    """Make the next key, unless a change is under way."""
    read_or_make_key(folder / NEXT_KEY_FILE)


def finish(folder: Path, transport: Transport, pinned: PublicKeys) -> Enrolment | None:
    """Go on under the next key; None if there is none. Raises what `Transport.ask` raises."""
    if not (folder / NEXT_KEY_FILE).exists():
        return None
    _, key = read_enrolment(folder)
    coming = read_key(folder / NEXT_KEY_FILE)
    proof = coming.sign(signing.rekey_proof_context(), key.id)
    answer = transport.ask("/v1/rekey", signing.rekey_context(), Rekey(coming.public, proof), key.now, pinned)
    if not isinstance(answer, Noted):
        raise Garbled(f"{type(answer).__name__} is no answer to this")
    return adopt_next_key(folder)
