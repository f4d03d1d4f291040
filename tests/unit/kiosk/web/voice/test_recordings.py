"""A neighbour reads the sentences into a phone, and the counter speaks with that voice."""

from __future__ import annotations

import math
import wave
from array import array
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.cli import main
from kiosk.common.board import Board
from kiosk.settings import VoiceSection
from kiosk.web import create_web
from kiosk.web.voice.recordings import faults
from tests.factories import WORDS
from tests.unit.kiosk.web.conftest import OPEN

RATE_HZ = 8000
CONFIG = (
    '[kiosk]\nname = "front"\nsite = "huasheng"\n[store]\nfolder = "data"\n[voice]\nrecorded = "fuqing"\n'
)


def record(path: Path, seconds: float = 0.5, tone_hz: int = 440) -> Path:
    """A recording of a person who hums."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hum = [
        int(9000 * math.sin(2 * math.pi * tone_hz * place / RATE_HZ))
        for place in range(int(RATE_HZ * seconds))
    ]
    with wave.open(str(path), "wb") as clip:
        clip.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        clip.writeframes(array("h", hum).tobytes())
    return path


def pitch_hz(data: bytes) -> int:
    """What is hummed: counted where the wave goes up through nought."""
    with wave.open(BytesIO(data)) as clip:
        samples = array("h", clip.readframes(clip.getnframes()))
        seconds = clip.getnframes() / clip.getframerate()
    rises = sum(before < 0 <= after for before, after in pairwise(samples))
    return round(rises / seconds / 10) * 10


@pytest.mark.parametrize(
    ("recorded", "path", "heard_hz"),
    [
        ("", "yuan", 220),
        ("fuqing", "yuan", 330),
        ("fuqing", "slow/yuan", 330),  # not the machine's slow one: the voice stays the same
        ("fuqing", "enjoy", 110),
        ("fuqing", "slow/enjoy", 100),
        ("fuqing", "slow/two", 500),
        ("nobody", "yuan", 110),
    ],
)
def test_a_recording_comes_before_the_machines_clip(
    tmp_path: Path, board: Board, recorded: str, path: str, heard_hz: int
) -> None:
    voice = tmp_path / "voice"
    for name, tone_hz in {
        "yuan": 110,
        "enjoy": 110,
        "slow/yuan": 100,
        "slow/enjoy": 100,
        "recorded/yuan": 220,
        "recorded/fuqing/yuan": 330,
        "recorded/fuqing/slow/two": 500,
    }.items():
        record(voice / f"{name}.wav", tone_hz=tone_hz)
    app = create_web(
        board,
        [],
        words=WORDS,
        voice_folder=voice,
        photos={}.get,
        secret_key=b"x",
        health=lambda: (True, {}),
        duty=OPEN,
        voice=VoiceSection(recorded=recorded),
    )
    assert pitch_hz(app.test_client().get(f"/voice/{path}.wav", buffered=True).data) == heard_hz
    assert app.test_client().get("/voice/balance.wav").status_code == 404


def test_what_is_wrong_with_a_recording_is_said_by_its_name(tmp_path: Path) -> None:
    record(tmp_path / "yuan.wav")
    record(tmp_path / "enjoy.wav", seconds=12)
    record(tmp_path / "balance.wav", tone_hz=0)
    record(tmp_path / "yuann.wav")
    (tmp_path / "two.wav").write_bytes(b"ID3 an mp3 with another name")
    (tmp_path / "ten.mp3").write_bytes(b"ID3")
    (tmp_path / "n1.wav").write_bytes((tmp_path / "yuan.wav").read_bytes()[:20])
    found = {line.partition(": ")[0]: line.partition(": ")[2] for line in faults(WORDS.clips, tmp_path)}
    assert set(found) == {
        "enjoy.wav",
        "balance.wav",
        "yuann.wav",
        "two.wav",
        "ten.mp3",
        "n1.wav",
    }
    assert found["enjoy.wav"] == "12 s long; 10 s at most is allowed"
    assert "nothing to hear" in found["balance.wav"]
    assert "no clip of that name" in found["yuann.wav"]
    assert "no WAV file" in found["two.wav"] and "no WAV file" in found["n1.wav"]
    assert ".wav" in found["ten.mp3"]


def run(folder: Path, *words: str) -> str:
    config = folder / "kiosk.toml"
    config.write_text(CONFIG)
    return CliRunner().invoke(main, ["--config", str(config), *words]).output


def voice_line(folder: Path) -> str:
    lines = run(folder, "doctor").splitlines()
    place = next(place for place, line in enumerate(lines) if "voice:" in line)
    return "\n".join(lines[place : place + 2])


def test_the_doctor_looks_at_the_recordings(tmp_path: Path) -> None:
    assert f"0 of {len(WORDS.clips)} clips" in voice_line(tmp_path)
    for name in WORDS.clips:
        record(tmp_path / "data" / "voice" / f"{name}.wav", seconds=0.01)
    assert "no recordings in" in voice_line(tmp_path)
    fuqing = tmp_path / "data" / "voice" / "recorded" / "fuqing"
    record(fuqing / "yuan.wav")
    assert voice_line(tmp_path).startswith("ok  voice:") and "1 of them recorded" in voice_line(tmp_path)
    (fuqing / "two.wav").write_bytes(b"noise")
    assert voice_line(tmp_path).startswith("->  voice:") and "two.wav: no WAV file" in voice_line(tmp_path)


def test_the_list_to_read_from_has_every_sentence_and_a_tick_for_what_is_done(tmp_path: Path) -> None:
    record(tmp_path / "data" / "voice" / "recorded" / "fuqing" / "yuan.wav")
    lines = run(tmp_path, "voice", "--list").splitlines()
    assert len(lines) == len(WORDS.clips)
    assert "✓ yuan.wav\t元" in lines
    assert "☐ enjoy.wav\t请慢用" in lines
