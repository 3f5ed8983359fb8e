"""Scores files of any size."""
