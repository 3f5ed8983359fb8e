"""Turns a limit on a rate into yes or no: a bucket of tokens that refills steadily."""


class Bucket:
    """Holds at most ``depth`` tokens and gains ``refill`` of them a second; begins full."""

    def __init__(self, depth: float, refill: float) -> None:
        self._depth = depth
        self._refill = refill
        self._held = depth
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        if self._depth == float("inf"):
            return True
        self._held = min(self._depth, self._held + (now - self._at) * self._refill)
        self._at = now
        if self._held < 1:
            return False
        self._held -= 1
        return True
