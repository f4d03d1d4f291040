"""Makes the clips of the voice with espeak-ng, once, when the kiosk is installed.

Debian's `cmn` voice spells Chinese characters in English letters; `cmn-latn-pinyin` reads them with the right
tones. A machine's voice is a stopgap: a WAV file of the same name in the folder `recorded` comes first.
"""

from __future__ import annotations

import array
import subprocess
import sys
import wave
from pathlib import Path

from kiosk.web.voice import CLIPS, NUMBERS

RECORDED = "recorded"
VOICE = "cmn-latn-pinyin"
WORDS_A_MINUTE = 150
QUIET = 300  # of 32767; what is softer at either end of a clip is cut away
PAUSE_S = 0.12  # left after a phrase; numbers run on


class VoiceError(Exception):
    """The clips cannot be made; the message says what to install or mend."""


def render_clips(folder: Path, recorded: Path | None = None) -> list[str]:
    """Write every clip into `folder` that nobody has recorded; the names written.

    `recorded` is the folder of people's own recordings, `folder/recorded` unless given. Raises `VoiceError`.
    """
    recorded = recorded or folder / RECORDED
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in CLIPS if not (recorded / f"{name}.wav").exists()]
    for name in wanted:
        path = folder / f"{name}.wav"
        _speak(CLIPS[name], path)
        _trim(path, pause_s=0 if name in NUMBERS else PAUSE_S)
    return wanted


def _speak(text: str, path: Path) -> None:
    command = ["espeak-ng", "-v", VOICE, "-s", str(WORDS_A_MINUTE), "-w", str(path), text]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise VoiceError("espeak-ng is missing: apt install espeak-ng") from None
    except subprocess.CalledProcessError as error:
        raise VoiceError(f"espeak-ng cannot say {text}: {error.stderr.strip()}") from error


def _trim(path: Path, pause_s: float) -> None:
    """Cut the silence that surrounds each clip, so that a row of clips runs like a sentence."""
    with wave.open(str(path), "rb") as clip:
        params = clip.getparams()
        samples = array.array("h", clip.readframes(params.nframes))
    if sys.byteorder == "big":
        samples.byteswap()
    loud = [place for place, sample in enumerate(samples) if abs(sample) > QUIET]
    kept = samples[loud[0] : loud[-1] + 1] if loud else samples
    kept.extend([0] * int(pause_s * params.framerate))
    if sys.byteorder == "big":
        kept.byteswap()
    with wave.open(str(path), "wb") as clip:
        clip.setparams(params)
        clip.writeframes(kept.tobytes())
