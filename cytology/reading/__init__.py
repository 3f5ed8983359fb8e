"""Reads the bytes of a table as samples or errors; refuses a table that can be read in two ways.

decode → dialect → layout (header, choice) → cells and classes, put together in ``table``.
"""
