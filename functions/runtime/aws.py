"""Turns the name of an AWS service into a client, from the packages that no request needs."""

import sys
from pathlib import Path
from typing import Any

#: Where the image keeps boto3, off the path of every entry point that answers requests.
PACKAGES = "/opt/preflight"


def client(service: str) -> Any:
    """A client of boto3's, imported on demand."""
    # AWS's image has a boto3 of its own, ours is pinned and comes first
    if Path(PACKAGES).is_dir() and PACKAGES not in sys.path:
        sys.path.insert(0, PACKAGES)
    import boto3

    session: Any = boto3.Session()
    return session.client(service)
