"""A Python that has read all libraries and forks for each guard: reading them takes longer than most guards.

What is ours it never reads itself, so that each fork reads the code as it is by then. It is told what to run
in lines of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

LIBRARIES = "site-packages"


class Warm:
    """Runs pytest in a folder, each time in a new fork of one process."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._tell(_libraries())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        """Whatever of it and of its forks is still there."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def pytest(self, arguments: Sequence[str], printed: Path) -> int:
        """Its exit code; what it prints goes to a file."""
        assert self._process.stdout is not None
        self._tell([str(printed), *arguments])
        try:
            return int(self._process.stdout.readline())
        except BaseException:  # the next guard shall not be told what this one came to
            self._end()
            self._start()
            raise

    def _tell(self, words: Sequence[str]) -> None:
        assert self._process.stdin is not None
        print(json.dumps(words), file=self._process.stdin, flush=True)


def _libraries() -> list[str]:
    """All that this process has read of others, which is what its tests need."""
    files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
    return [name for name, file in files.items() if LIBRARIES in file and "__editable__" not in name]


def _serve() -> None:
    for name in json.loads(sys.stdin.readline()):
        with suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        printed, *arguments = json.loads(line)
        child = os.fork()
        if not child:
            _run(Path(printed), arguments)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(printed: Path, arguments: list[str]) -> None:
    with printed.open("wb") as output, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.exit(importlib.import_module("pytest").main(arguments))


if __name__ == "__main__":
    # Two faults in one file within a second would have compiled files that look alike.
    sys.dont_write_bytecode = True
    _serve()
