"""``python -m cytology``: the command from a checkout."""

import sys

from cytology.command import main

if __name__ == "__main__":
    sys.exit(main())
