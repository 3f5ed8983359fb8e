"""Serves a model in place of the program that made it."""

import os
import sys
from pathlib import Path


def serve(directory: Path, port: int) -> int:
    """Run ``cytology serve``; it ends with Ctrl-C, and its status is returned.

    Parameters
    ----------
    directory
        The model.
    port
        Of this machine.
    """
    os.environ["MODEL_DIR"] = str(directory.resolve())
    sys.stdout.flush()
    command = [sys.executable, "-m", "cytology", "serve", "--port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606  (our own command, no shell)
