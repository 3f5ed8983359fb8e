"""Turns the bytes of a table into samples, or into errors; it refuses what it would have to guess.

decode → dialect → layout (header, choice) → cells and classes, put together in ``table``.
"""
