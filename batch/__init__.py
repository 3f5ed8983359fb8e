"""Scores files of any size."""


class Refused(Exception):
    """The service did not answer with predictions; the message says why, in its words."""
