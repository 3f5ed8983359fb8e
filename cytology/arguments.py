"""Reads a command's arguments; a wrong one gets one line that says what to do."""

import argparse
from typing import NoReturn


class ArgumentParser(argparse.ArgumentParser):
    """Writes one line about a wrong argument, where argparse also writes the usage."""

    def error(self, message: str) -> NoReturn:
        """Write the line and end with status 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def port(text: str) -> int:
    """Return a port's number.

    Raises
    ------
    argparse.ArgumentTypeError
        The text is no port.
    """
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"a port is a number up to 65535 (0: any free one), got {text}"
    )
