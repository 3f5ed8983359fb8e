"""Numbers that the documents publish. Nothing imports this package."""
