"""Looks at people's recordings: what is named wrongly, is no WAV file, or cannot be heard."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Mapping
from pathlib import Path

LONGEST_S = 10.0  # the longest sentence takes half of it


def to_record(clips: Mapping[str, str], folder: Path) -> list[str]:
    """Lines to read from a sheet: the file's name and what to say; a tick for what `folder` has already."""
    return [
        f"{'✓' if (folder / f'{name}.wav').exists() else '☐'} {name}.wav\t{text}"
        for name, text in clips.items()
    ]


def faults(clips: Mapping[str, str], folder: Path) -> list[str]:
    """What is wrong with the files of one set, each as a sentence that begins with the file's name."""
    return [
        f"{path.name}: {fault}"
        for path in sorted(folder.iterdir())
        if path.is_file()
        for fault in _faults(clips, path)
    ]


def _faults(clips: Mapping[str, str], path: Path) -> Iterator[str]:
    if path.suffix != ".wav":
        yield "only files that end in .wav are played"
        return
    if path.stem not in clips:
        yield "there is no clip of that name; kiosk voice --list shows them"
    try:
        with wave.open(str(path), "rb") as clip:
            duration_s = clip.getnframes() / clip.getframerate()
            samples = clip.readframes(clip.getnframes())
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        yield f"no WAV file with plain samples (PCM): {error or 'it is cut short'}"
        return
    if duration_s > LONGEST_S:
        yield f"{duration_s:.0f} s long; {LONGEST_S:.0f} s at most is allowed"
    if len(set(samples)) <= 1:
        yield "there is nothing to hear in it"
