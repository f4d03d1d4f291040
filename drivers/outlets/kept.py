"""What every make of box does when the counter asks: the sockets are kept by the same rules."""

from __future__ import annotations

from drivers.contracts import Emit
from drivers.outlets.contracts import Limits, Refused, SocketId
from drivers.outlets.keeping import Keeping
from drivers.outlets.reasons import StopReason


class KeptBox:
    """A box whose sockets are kept by a `Keeping`. Each make says whether it is `ready`."""

    def __init__(self, name: str, keeping: Keeping, emit: Emit) -> None:
        self.name, self._keeping, self._emit = name, keeping, emit

    @property
    def ready(self) -> bool:
        raise NotImplementedError

    def switch_on(self, number: int, order: str, limits: Limits) -> None:
        reason = self._why_not(number)
        if reason is None:
            self._keeping.switch_on(number, order, limits)
        else:
            self._emit(Refused(SocketId(self.name, number), order, reason))

    def keep_on(self, number: int, order: str) -> None:
        self._keeping.keep_on(number, order)

    def switch_off(self, number: int, order: str = "") -> None:
        self._keeping.switch_off(number, order)

    def all_off(self) -> None:
        self._keeping.all_off()

    def _why_not(self, number: int) -> StopReason | None:
        """Why nothing is switched on there now."""
        return None if self.ready else StopReason.BOX_SILENT
