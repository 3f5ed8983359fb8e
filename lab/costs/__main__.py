"""Turns the committed inputs into docs/costs.md and its drawings: ``make costs``."""

from lab.costs.files import cost_files
from lab.costs.inputs import ROOT, load_inputs


def main() -> None:
    """Write the files."""
    for name, content in cost_files(load_inputs()).items():
        path = ROOT / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
