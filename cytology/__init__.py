"""The domain: scores in, a labelled probability with its reasons out. Standard library only."""
