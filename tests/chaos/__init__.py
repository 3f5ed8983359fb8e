"""Faults done to the real container, each with what must come of it."""
