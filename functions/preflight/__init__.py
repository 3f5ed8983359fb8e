"""The hook that judges a new version before traffic moves to it."""
