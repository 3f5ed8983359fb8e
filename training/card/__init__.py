"""Turns report.json into the model card: Markdown for the repository, a page for the site."""
