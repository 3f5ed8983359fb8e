"""Turns report.json into the model card: Markdown and drawings."""
