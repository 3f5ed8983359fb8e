"""The simulation against mathematics, against its own reference, and against real containers."""
