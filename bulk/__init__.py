"""Scores tables of millions of rows on every core of a machine, or of a cluster."""
