"""The hook that checks a new version before traffic moves to it."""

import sys
from pathlib import Path

#: Where the image keeps boto3 and Powertools: off the path of the functions that answer requests.
PACKAGES = "/opt/preflight"

if Path(PACKAGES).is_dir():
    # First on the path: AWS's base image has another version of boto3
    sys.path.insert(0, PACKAGES)
