"""Records in the manifest the command, files and options that made an artifact."""

import hashlib
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
#: The command of the default model; any other model is one that a person made.
DEFAULT_COMMAND = "make train"


def provenance_of(
    verb: str,
    files: Mapping[str, Path | None],
    options: Mapping[str, Any],
    defaults: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the record: the command, every file with its hash, and every option.

    Parameters
    ----------
    verb
        ``train``, ``start`` or ``adopt``.
    files
        By make's argument: the files that were read; None for one that was not given.
    options
        By make's argument: the other choices; None or "" for one that was not given.
    defaults
        Values of both that the command does not mention.
    """
    known = {name: _relative(path) for name, path in files.items() if path}
    chosen = {name: str(value) for name, value in options.items() if value}
    usual = {name: _relative(Path(value)) for name, value in (defaults or {}).items()}
    stated = {
        name: value for name, value in {**known, **chosen}.items() if usual.get(name) != value
    }
    return {
        "command": _command(verb, stated),
        "files": {
            name: {"path": known[name], "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for name, path in files.items()
            if path
        },
        "options": chosen,
    }


def _relative(path: Path) -> str:
    """A path inside the checkout without the place of the checkout, which differs by machine."""
    whole = path.resolve()
    return str(
        whole.relative_to(_ROOT) if path.is_absolute() and whole.is_relative_to(_ROOT) else path
    )


def _command(verb: str, stated: Mapping[str, str]) -> str:
    if (_ROOT / "Makefile").exists():
        return " ".join(
            ["make", verb, *(f"{name}={shlex.quote(value)}" for name, value in stated.items())]
        )
    options = (f"--{name.lower()} {shlex.quote(value)}" for name, value in stated.items())
    return " ".join(["cytology", verb, *options])
