"""What is wrong with this kiosk, and what to do about it, in sentences for whoever stands in front of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from kiosk.catalogue.reader import Catalogue
from kiosk.commands.checks import Check, Needed, files
from kiosk.commands.device_checks import devices
from kiosk.common.clock import unix_ms
from kiosk.common.troubles import low_mb
from kiosk.counter import CATALOGUE_FILE
from kiosk.journal import witness
from kiosk.journal.identity import FILE as ENROLMENT_FILE
from kiosk.journal.identity import EnrolmentDamaged, NotEnrolled, predecessors, read_enrolled, read_identity
from kiosk.journal.incarnation import DAMAGED, FORKED, LOST
from kiosk.journal.journal_file import DAMAGED_FOLDER, JOURNAL_FILE
from kiosk.journal.opening import head_beside
from kiosk.journal.proof import Examined
from kiosk.journal.proof import examine as examine_file
from kiosk.journal.renewal import last_mended
from kiosk.ledger.audit.faults import UNREADABLE, fault_of, reason_of
from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.journal import hash_at
from kiosk.plain.exchange import STOPPED_MS
from kiosk.services.contract import said
from kiosk.services.listed import BOOKS, SERVICES
from kiosk.settings import Settings, StoreSection, SyncSection
from kiosk.store.engine import reading
from kiosk.store.files import holds_something
from kiosk.store.users import COUNTER, EXCHANGE, acting_as, of_a_store, user_of
from kiosk.web.voice.recordings import faults
from kiosk.web.voice.voices import Voices

NEEDED = tuple(
    Needed(*each)
    for each in (
        (COUNTER, JOURNAL_FILE, True, 0o660),
        (COUNTER, f"{JOURNAL_FILE}-shm", True, 0o660),
        (COUNTER, CATALOGUE_FILE, False, 0o660),
        (COUNTER, f"{CATALOGUE_FILE}-shm", True, 0o660),
        (COUNTER, ENROLMENT_FILE, False, 0o640),
        (COUNTER, "web.key", False, 0o600),
        (COUNTER, "labels.key", False, 0o600),
        (EXCHANGE, CATALOGUE_FILE, True, 0o660),
        (EXCHANGE, f"{JOURNAL_FILE}-shm", True, 0o660),
        (EXCHANGE, ENROLMENT_FILE, True, 0o640),
        (EXCHANGE, "device.key", True, 0o600),
        (EXCHANGE, "device.key.next", True, 0o600),
    )
)


def examine(settings: Settings) -> Iterator[Check]:
    """Look at everything a counter needs, the cheap things first, and as root the way the services do."""
    yield from files(settings.store.folder, NEEDED, of_a_store)
    with acting_as(user_of(settings.store.folder, COUNTER)):
        yield from _as_the_counter(settings)


def _as_the_counter(settings: Settings) -> Iterator[Check]:
    folder = settings.store.folder
    yield _folder(settings.store)
    yield _enrolment(folder)
    yield _office(settings.sync, folder)
    yield from _exchange(settings)
    for row in devices(settings):
        yield Check(*row)
    yield _catalogue(settings)
    yield _voice(settings)
    yield _journal(folder)
    yield from _head(folder)
    yield from _earlier(folder)
    yield _witness(settings.store.witness)


def _folder(store: StoreSection) -> Check:
    folder = store.folder
    if not os.access(folder, os.W_OK):
        return Check("store", f"{folder} cannot be written", f"Make {folder} writable for this user.")
    free_bytes = shutil.disk_usage(folder).free
    is_low = low_mb(free_bytes, store.warn_below_mb) is not None
    advice = "Make room on the disk: without it no meal can be recorded." if is_low else ""
    return Check("store", f"{folder}, {free_bytes // 1024 // 1024} MB free", advice)


def _enrolment(folder: Path) -> Check:
    try:
        identity = read_identity(folder)
    except NotEnrolled as refusal:
        reason = refusal.reason if isinstance(refusal, EnrolmentDamaged) else ""
        found = f"{ENROLMENT_FILE} cannot be read: {reason}" if reason else "not enrolled yet"
        advice = "Ask the office for a code and type: sudo kiosk enrol CODE"
        return Check("enrolment", found, advice, is_step=not reason)
    return Check("enrolment", f"journal {identity.journal_id}")


def _office(sync: SyncSection, folder: Path) -> Check:
    try:
        office = sync.office or read_enrolled(folder).office
    except NotEnrolled:
        office = ""
    if not office:
        return Check("office", "none configured")
    if sync.exposes(office):
        return Check("office", f"{office} is spoken to without encryption", IN_THE_CLEAR_ADVICE)
    if not sync.socket:
        return Check("office", f"{office}, which is not asked at a tap", NOT_ASKED_ADVICE)
    return Check("office", office)


def _exchange(settings: Settings) -> Iterator[Check]:
    """Whether the sync process is at work; see `kiosk.plain.exchange`."""
    if not settings.sync.socket or not holds_something(settings.store.folder / ENROLMENT_FILE):
        return
    advice = "Type: sudo systemctl enable --now kiosk-sync. What keeps it: journalctl -u kiosk-sync"
    try:
        silent_ms = unix_ms() - int(Path(settings.sync.socket).stat().st_mtime * 1000)
    except OSError:
        yield Check("kiosk-sync", "does not run", advice)
        return
    stands = abs(silent_ms) > STOPPED_MS
    yield Check("kiosk-sync", "stands still" if stands else "is at work", advice if stands else "")


IN_THE_CLEAR_ADVICE = (
    "Names, cards and meals can be read on the way. Give the office's https address in [sync] office; or, if "
    "the way is safe by other means, say insecure_http = true there."
)

NOT_ASKED_ADVICE = (
    "Visitors' money is out of reach, and the proof of their cards. Set [sync] socket, where kiosk and "
    "kiosk-sync meet: /run/neighbourhood-card/sync.sock"
)


def _catalogue(settings: Settings) -> Check:
    catalogue = Catalogue(settings.store.folder / CATALOGUE_FILE)
    try:
        site = catalogue.site(settings.kiosk.site)
    finally:
        catalogue.close()
    if site is None:
        return Check(
            "catalogue",
            f"nothing about the site {settings.kiosk.site!r}",
            "Let kiosk-sync reach the office once, and check [kiosk] site in kiosk.toml.",
            is_step=not holds_something(settings.store.folder / CATALOGUE_FILE),
        )
    return Check("catalogue", f"{len(site.meals)} meal periods")


def _voice(settings: Settings) -> Check:
    assert settings.store.voice is not None, "settings.load fills in the folders"
    voices, clips = Voices(settings.store.voice, settings.voice.recorded), said(SERVICES).clips
    made = [name for name in clips if (voices.folder / f"{name}.wav").exists()]
    if len(made) < len(clips):
        return Check(
            "voice",
            f"{len(made)} of {len(clips)} clips",
            "Make them with: sudo kiosk voice",
            is_step=True,
        )
    if not voices.recorded.is_dir():
        missing = f"no recordings in {voices.recorded}"
        advice = "Put them there, or correct [voice] recorded in kiosk.toml." if voices.name else ""
        return Check("voice", missing if voices.name else f"{len(made)} clips", advice)
    wrong = faults(clips, voices.recorded)
    advice = "Record these again, or take them away: the machine's clips are played then." if wrong else ""
    recorded = len([name for name in clips if (voices.recorded / f"{name}.wav").exists()])
    found = "; ".join([f"{len(made)} clips, {recorded} of them recorded by people", *wrong])
    return Check("voice", found, advice)


def _journal(folder: Path) -> Check:
    path = folder / JOURNAL_FILE
    if not holds_something(path):
        stood = head_beside(folder)
        if stood is not None:
            return Check("journal", f"empty, but stood at record {stood.seq}", FILE_ADVICE)
        return Check("journal", "none yet")
    try:
        with reading(path) as connection:
            found = examine_file(connection, read_identity(folder).journal, BOOKS)
    except NotEnrolled:
        return Check("journal", "cannot be checked before enrolment")
    except UNREADABLE as error:
        disk = isinstance(fault_of(error, path), JournalUnwritable)
        return Check("journal", reason_of(error), DISK_ADVICE if disk else FILE_ADVICE)
    return _proved(found)


def _proved(found: Examined) -> Check:
    if found.faults:
        return Check("journal", found.faults[0], FILE_ADVICE)
    for proof in reversed(found.proofs):
        if not proof.holds:
            first = proof.findings[0]
            wrong = f"record {first.seq} of {proof.key.journal_id.hex()}: {first.code}: {first.detail}"
            current = proof is found.proofs[-1]
            advice = (
                (RECORDS_ADVICE if current else EARLIER_RECORDS_ADVICE) if proof.faults else TABLES_ADVICE
            )
            return Check("journal", wrong, advice)
    proof = found.proofs[-1]
    return Check("journal", f"{proof.records} records, proved to {proof.head_seq}")


KEEP_ADVICE = (
    "Do not delete the file, nor the folder `damaged`. Tell the office, and change the memory card soon."
)
RECORDS_ADVICE = (
    "Start the kiosk: it begins a new journal by itself, goes on selling, and sends what can be read. "
    + KEEP_ADVICE
)
EARLIER_RECORDS_ADVICE = "The kiosk sells on in a later journal, and sends what can be read. " + KEEP_ADVICE
TABLES_ADVICE = (
    "The records hold. Start the kiosk, or leave it running: it makes these tables again by itself, from the "
    "records. " + KEEP_ADVICE
)
FILE_ADVICE = (
    "Start the kiosk: if the records hold it writes the file anew from them, else it begins a new journal, "
    "and goes on selling. " + KEEP_ADVICE
)
DISK_ADVICE = (
    "The disk does not let the file be read or written. Look at its rights, its room and its health."
)


def _head(folder: Path) -> Iterator[Check]:
    """Whether the journal still goes as far as was noted beside it."""
    try:
        key, word = read_identity(folder).journal, head_beside(folder)
        if word is None or word.journal_id != key.journal_id.hex():
            return
        with reading(folder / JOURNAL_FILE) as connection:
            here = hash_at(connection, key, word.seq)
    except (NotEnrolled, *UNREADABLE):
        return  # said before
    if here is None or here.hex() != word.hash:
        found = f"the journal went to {word.seq}-{word.hash[:8]}, and has no such record any more"
        yield Check("end of the journal", found, RECORDS_ADVICE)


def _earlier(folder: Path) -> Iterator[Check]:
    """Journals that were left, each with what is to be done about it."""
    try:
        known = predecessors(folder)
    except NotEnrolled:
        return
    for each in known:
        found = f"{each.journal_id} was left at record {each.seq}: {each.reason}"
        yield Check("earlier journal", found, EARLIER_ADVICE.get(each.reason, ""))
    if mended := last_mended(folder):
        when = datetime.fromtimestamp(mended.at_ms / 1000, UTC).isoformat(timespec="minutes")
        found = f"put right on {when}: {mended.what}"
        yield Check("mended", found, EARLIER_ADVICE[DAMAGED])
    for path in sorted(folder.glob(f"{DAMAGED_FOLDER}/*/")):
        yield Check("damaged file", f"{path} is kept", "Copy the folder to a USB stick for the office.")


WENT_BACK = (
    "This kiosk's memory went back in time: an old copy was put back, or a card was copied. Sales are kept "
    "and sent. Tell the office, and keep any other memory card of this kiosk out of use."
)
EARLIER_ADVICE = {
    FORKED: WENT_BACK,
    LOST: WENT_BACK,
    DAMAGED: "The memory is failing: tell the office, and change the memory card soon.",
}


def _witness(path: Path | None) -> Check:
    if path is None:
        return Check("witness", "none configured")
    word = witness.read(path)
    if word is None:
        advice = "Plug its medium in, and check [store] witness in kiosk.toml."
        return Check("witness", f"{path} cannot be read", advice)
    return Check("witness", f"has seen record {word.seq}")
