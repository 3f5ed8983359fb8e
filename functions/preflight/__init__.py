"""The hook that checks a new version before traffic moves to it."""

import sys
from pathlib import Path

#: The image keeps boto3 and Powertools here, off the import path of the predict function.
PACKAGES = "/opt/preflight"

if Path(PACKAGES).is_dir():
    # First on the path: AWS's base image has another version of boto3
    sys.path.insert(0, PACKAGES)
