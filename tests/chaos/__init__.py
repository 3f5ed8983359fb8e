"""Faults injected into the real container, each with the effect that callers may see."""
