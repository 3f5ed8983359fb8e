"""The example of docs/schema.md, which has a feature of each kind: its schema, table and model."""

import json
import random
import re
from pathlib import Path
from typing import Any

from cytology.schema import parse_schema
from tests.support.paths import ROOT

TEXT = re.findall("```json\n(.*?)```", (ROOT / "docs" / "schema.md").read_text(), re.DOTALL)[0]
DOCUMENT: dict[str, Any] = json.loads(TEXT)
SCHEMA = parse_schema(TEXT)


def table(rows: int = 400) -> str:
    """A CSV in which higher waves, higher decks and the bow make people seasick, mostly."""
    dice = random.Random(7)
    lines = ["ticket,family,decks,wave_height,seat,sick"]
    for number in range(rows):
        decks, waves = dice.randint(0, 8), round(dice.uniform(0, 15), 2)
        seat = dice.choice(["bow", "middle", "stern", "NA"])
        total = decks / 4 + waves / 4 + 2 * (seat == "bow") + dice.gauss(0, 1)
        sick = "yes" if total > 3.4 else "no"
        lines.append(f"T{number},F{number // 2},{decks},{waves},{seat},{sick}")
    return "\n".join(lines) + "\n"


def write_ferry(directory: Path) -> None:
    """Write the artifact of a logistic regression, as training does, without an evaluation."""
    from training.dataset import load_dataset
    from training.model import learn
    from training.publish import write_artifact
    from training.train import population_of

    csv = directory.with_suffix(".csv")
    csv.write_text(table())
    dataset = load_dataset(SCHEMA, csv)
    model = learn("logistic", dataset, SCHEMA, random_rows=2_000)
    facts = {"data": {"rows": len(dataset.labels)}, "metrics": {}}
    write_artifact(
        directory,
        model=model,
        schema=SCHEMA,
        schema_content=TEXT.encode(),
        population=population_of(model, dataset, SCHEMA),
        report={},
        facts=facts,
    )
