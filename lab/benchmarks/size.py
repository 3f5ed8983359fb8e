"""Turns images into the bytes that each adds to the base: ``make bench-size``."""

import sys
from typing import Any

from lab.benchmarks.images import bytes_above_base
from lab.benchmarks.part import entry, main
from lab.benchmarks.results import Bar
from lab.benchmarks.variants import NAMES, variants

BARS = (Bar("image above the base: ours / AWS's way", "scorecard", "sam-apigw-scikit", 0.55, True),)
#: The bare handler adds nothing, and ours is one image under three names.
LEFT_OUT = ("bare", "sklearn", "scorecard-server")


def run(_rounds: int) -> dict[str, dict[str, Any]]:
    """Megabytes of each image, unpacked; a registry stores them compressed."""
    built, _ = variants([name for name in NAMES if name not in LEFT_OUT])
    sizes = {variant.name: [bytes_above_base(variant.image) / 1e6] for variant in built}
    return {"size": entry("make bench-size", "MB", 1, sizes, BARS)}


if __name__ == "__main__":
    sys.exit(main("size", run))
