"""Makes rows of the data set as people send them, some of them unusual."""

import random

from cytology.schema import load_schema

SCHEMA = load_schema()
HEADER = ["id", *SCHEMA.names, "class"]
CELLS = ["5.0", " 7", "+3", "", "?", "NA", "0", "11", "5.5", "x", "=1+1", "1e1", "999999999999"]
IDS = ["", "slide 7", "=cmd", "-5", "x" * 70, "ü", "a\x0bb", " 12 ", "7;=1", "@"]


def hostile(count, seed=1, quotes=False, widths=False):
    """Rows of which one in five is unusual in some way."""
    source = random.Random(seed)
    for number in range(count):
        row = [str(number), *(str(source.randint(1, 10)) for _ in SCHEMA.names)]
        row.append(source.choice("24"))
        if source.random() < 0.2:
            row[source.randint(1, 9)] = source.choice(CELLS)
        if source.random() < 0.05:
            row[0] = source.choice(IDS)
        if quotes and source.random() < 0.01:
            row[0] = f'"two\nlines {number}"'
        if widths and source.random() < 0.001:
            row.append("7")
        yield row
