"""Compares samples with the training table."""
