"""Injects every fault and prints which claims hold: ``make chaos``."""

import sys
import time

from cytology.arguments import ArgumentParser
from tests.chaos.faults import FAULTS
from tests.support.image import Unavailable, built_image


def main() -> int:
    """Inject every fault, print and keep the verdicts; 1 where a claim is broken."""
    parser = ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name holds this text")
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if options.only in fault.name]
    if not chosen:
        names = ", ".join(fault.name for fault in FAULTS)
        parser.error(f"no failure is named {options.only}; choose a part of: {names}")
    image = built_image()
    verdicts = []
    for fault in chosen:
        started = time.monotonic()
        try:
            verdict, evidence = "holds", fault.inject(image)
        except Unavailable as lack:
            verdict, evidence = "not tried", str(lack)
        # A fault that surprises is a broken claim, and the others are still worth trying
        except Exception as error:  # noqa: BLE001
            verdict, evidence = "BROKEN", f"{type(error).__name__}: {error}"
        took_s = time.monotonic() - started
        print(
            f"{verdict:9} {fault.name}: {fault.claim} ({took_s:.0f} s)\n          {evidence}",
            flush=True,
        )
        verdicts.append(
            {"fault": fault.name, "claim": fault.claim, "verdict": verdict, "evidence": evidence}
        )
    return int(any(verdict["verdict"] == "BROKEN" for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
