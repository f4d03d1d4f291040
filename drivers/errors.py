"""Named device errors: whether trying again helps is part of the name."""


class DeviceError(Exception):
    """Something between us and a device."""

    transient = True


class DeviceAbsent(DeviceError):
    """Not there, unplugged, or not answering: reopen with backoff."""


class DeviceMisconfigured(DeviceError):
    """The path or kind cannot work however often it is tried."""

    transient = False

    def __init__(self, key: str, value: str, allowed: str) -> None:
        super().__init__(f"{key} = {value!r}: {allowed}")
        self.key, self.value, self.allowed = key, value, allowed


class QueueFull(DeviceError):
    """So many jobs wait already that no more are kept."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} jobs wait")
        self.waiting = waiting
