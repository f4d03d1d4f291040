"""The machine itself, on a pseudo terminal."""

from __future__ import annotations

from pathlib import Path

from drivers.sim.lines.on_a_line import OnALine


class CoffeeSimulator(OnALine):
    """Begins a cup when told, and ends it when the test says so."""

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self.states: dict[str, str] = {}  # by reference
        self.brewed = 0
        self.is_empty = False
        self._begun = b""

    @property
    def brewing(self) -> list[str]:
        return [ref for ref, state in self.states.items() if state == "BREWING"]

    def finish(self, *, told: bool = True) -> None:
        """The cup is out. Not `told`: the word is lost on the line."""
        for ref in self.brewing:
            self.states[ref] = "CUP"
            if told:
                self._say(ref)

    def forget(self) -> None:
        """Somebody pulled its plug: what was under way is gone."""
        self.states.clear()

    def unplug(self) -> None:
        self._line.unplug()

    def _received(self, data: bytes) -> None:
        *lines, self._begun = (self._begun + data).split(b"\n")
        for line in lines:
            word, _, ref = line.decode().partition(" ")
            if word == "BREW":
                self.brewed += 1
                self.states[ref] = "FAIL" if self.is_empty else "BREWING"
            if word == "STATE" or self.is_empty:
                self._say(ref)

    def _say(self, ref: str) -> None:
        self._line.send(f"{self.states.get(ref, 'NONE')} {ref}\n".encode())
