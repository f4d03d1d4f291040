"""Makes the clips of the voice with espeak-ng, once, when the kiosk is installed.

Debian's `cmn` voice spells Chinese characters in English letters; `cmn-latn-pinyin` reads them with the right
tones. A machine's voice is a stopgap: people's own recordings come first, see `kiosk.web.voice.voices`.
"""

from __future__ import annotations

import array
import subprocess
import sys
import wave
from collections.abc import Mapping
from pathlib import Path

from kiosk.web.voice.voices import SLOW

VOICE = "cmn-latn-pinyin"
WORDS_A_MINUTE = 150
SLOW_WORDS_A_MINUTE = 110
QUIET = 300  # of 32767; what is softer at either end of a clip is cut away


class VoiceError(Exception):
    """The clips cannot be made; the message says what to install or mend."""


def render_clips(clips: Mapping[str, str], folder: Path) -> list[Path]:
    """Write each of `clips`, texts by name, into `folder`, plain and slow. Raises `VoiceError`."""
    paces = {folder: WORDS_A_MINUTE, folder / SLOW: SLOW_WORDS_A_MINUTE}
    written = []
    for place, words_a_minute in paces.items():
        place.mkdir(parents=True, exist_ok=True)
        for name, text in clips.items():
            path = place / f"{name}.wav"
            _speak(text, path, words_a_minute)
            _trim(path)
            written.append(path)
    return written


def _speak(text: str, path: Path, words_a_minute: int) -> None:
    command = ["espeak-ng", "-v", VOICE, "-s", str(words_a_minute), "-w", str(path), text]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise VoiceError("espeak-ng is missing: apt install espeak-ng") from None
    except subprocess.CalledProcessError as error:
        raise VoiceError(f"espeak-ng cannot say {text}: {error.stderr.strip()}") from error


def _trim(path: Path) -> None:
    """Cut the silence that surrounds each clip, so that a row of clips runs like a sentence."""
    with wave.open(str(path), "rb") as clip:
        params = clip.getparams()
        samples = array.array("h", clip.readframes(params.nframes))
    if sys.byteorder == "big":
        samples.byteswap()
    loud = [place for place, sample in enumerate(samples) if abs(sample) > QUIET]
    kept = samples[loud[0] : loud[-1] + 1] if loud else samples
    if sys.byteorder == "big":
        kept.byteswap()
    with wave.open(str(path), "wb") as clip:
        clip.setparams(params)
        clip.writeframes(kept.tobytes())
