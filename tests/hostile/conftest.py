"""Turns hypothesis's settings into a profile for ``make fuzz``; the suite keeps the default."""

from hypothesis import settings

settings.register_profile("fuzz", max_examples=1_000)
