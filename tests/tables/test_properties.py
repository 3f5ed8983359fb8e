"""With a header, however it is spelt, a table is read; without one, it is never read wrongly."""

import random

from hypothesis import given
from hypothesis import strategies as st

from cytology.error_codes import CODES
from cytology.reading.refusals import InvalidTable
from cytology.reading.table import Choices, read_table
from tests.support.samples import draw_rows
from tests.support.tables import SCHEMA

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])
SEEDS = st.integers(0, 2**32)


def names_of(feature):
    return [feature.name, feature.label, *feature.synonyms]


def spelt(name, dice):
    separator = dice.choice(["_", " ", ".", "-", ""])
    name = name.replace("_", " ").replace(" ", separator)
    return dice.choice([str.upper, str.lower, str.title])(name)


def cell(score, dice, delimiter):
    if score is None:
        return dice.choice(["", "?", "NA", "n/a", "NaN", "null", "None", "-", "."])
    forms = [f"{score}", f"{score}.0", f"+{score}", f" {score} ", f"{score}."]
    return dice.choice(forms + ([] if delimiter == "," else [f"{score},0"]))


@given(SEEDS, DELIMITERS, ENDS, ENCODINGS, st.booleans())
def test_a_header_in_any_order_and_spelling_gives_the_same_rows(
    seed, delimiter, end, encoding, quoted
):
    dice = random.Random(seed)
    rows = draw_rows(dice, dice.randint(1, 8), SCHEMA)
    order = dice.sample(range(len(SCHEMA.features)), len(SCHEMA.features))
    header = [spelt(dice.choice(names_of(SCHEMA.features[place])), dice) for place in order]
    lines = [header, *([cell(row[place], dice, delimiter) for place in order] for row in rows)]
    if quoted:
        lines = [[f'"{text}"' for text in line] for line in lines]
    text = "".join(delimiter.join(line) + end for line in lines)
    found = read_table(text.encode(encoding), SCHEMA)
    assert [sample and sample.row for sample in found.samples] == rows


def columns_beside(dice, count):
    """A column that stands before or after the scores of real tables."""
    return dice.choice(
        [
            [str(dice.choice([1, 10, 1000]) + number) for number in range(count)],
            [f"slide {number}" for number in range(count)],
            [dice.choice("24") for _ in range(count)],
            [dice.choice("01") for _ in range(count)],
            [dice.choice(["benign", "malignant"]) for _ in range(count)],
            [dice.choice(["2", "4", "", "?"]) for _ in range(count)],
            [""] * count,
            [str(dice.randint(1, 10)) for _ in range(count)],
        ]
    )


# Not two before and none after: an id, nine scores and a class of 2 and 4 look the same
@given(SEEDS, DELIMITERS, st.integers(0, 1), st.integers(0, 3))
def test_without_a_header_a_row_is_answered_by_its_own_scores_or_not_at_all(
    seed, delimiter, before, after
):
    dice = random.Random(seed)
    rows = draw_rows(dice, dice.randint(1, 30), SCHEMA)
    scores = [["?" if score is None else str(score) for score in row] for row in rows]
    left = [columns_beside(dice, len(rows)) for _ in range(before)]
    right = [columns_beside(dice, len(rows)) for _ in range(after)]
    lines = [
        [*(column[index] for column in left), *row, *(column[index] for column in right)]
        for index, row in enumerate(scores)
    ]
    text = "\n".join(delimiter.join(line) for line in lines)
    try:
        found = read_table(text, SCHEMA)
    except InvalidTable as invalid:
        assert invalid.code in CODES
        return
    assert len(found.samples) == len(rows)
    for sample, row in zip(found.samples, rows, strict=True):
        assert sample is None or sample.row == row


@given(SEEDS, st.sampled_from(["id,scores", "scores,class", "id,scores,class", "ignore,scores"]))
def test_a_stated_layout_gives_the_rows_that_it_states(seed, columns):
    dice = random.Random(seed)
    rows = draw_rows(dice, dice.randint(1, 8), SCHEMA)
    words = columns.split(",")
    lines = []
    for row in rows:
        line = ["?" if score is None else str(score) for score in row]
        lines.append([*(["7"] * words.index("scores")), *line, *(["2"] * (words[-1] == "class"))])
    text = "\n".join(",".join(line) for line in lines)
    found = read_table(text, SCHEMA, choices=Choices(columns))
    assert [sample and sample.row for sample in found.samples] == rows


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_anything_is_read_or_refused_with_a_code(content):
    try:
        found = read_table(content, SCHEMA)
    except InvalidTable as invalid:
        assert invalid.code in CODES
        assert str(invalid)
    else:
        assert {error.code for error in found.errors} <= CODES.keys()
