"""Tables: what the contract suite does not reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytology.columns import InvalidTable
from cytology.schema import load_schema
from cytology.table import TooManyRows, named_rows, read_table

SCHEMA = load_schema()
LINE = "5,1,1,1,2,1,3,1,1"


def test_a_table_without_a_header_gets_the_names_that_its_columns_have():
    assert named_rows(LINE, SCHEMA).header == list(SCHEMA.names)
    with_both = named_rows(f"7,{LINE},4", SCHEMA)
    assert (with_both.header[0], with_both.header[-1]) == ("sample_id", "class")
    assert with_both.labelled


def test_parts_of_a_named_table_read_as_the_whole():
    whole = named_rows("\n".join([f"{LINE},2", f"{LINE},4", f"{LINE},?"]), SCHEMA)
    assert whole.labelled is False  # the third is no class: the first column is then an id


@pytest.mark.parametrize("first", ["0", "11", "1000025"])
def test_an_id_that_may_be_a_wrong_score_before_what_may_be_a_class_is_refused(first):
    with pytest.raises(InvalidTable, match="add a header"):
        read_table(f"{first},1,1,1,2,1,3,1,1,2", SCHEMA, 10)


def test_one_wrong_score_among_many_does_not_make_its_column_an_id():
    table = read_table("\n".join([f"{LINE},2", f"{LINE},4", f"0{LINE[1:]},2"]), SCHEMA, 10)
    assert table.labels == ["benign", "malignant", "benign"]
    assert [index for index, _ in table.faults] == [2]


def test_text_before_the_scores_is_an_id_whatever_the_last_score_is():
    table = read_table("slide 7,5,1,1,1,2,1,3,1,2", SCHEMA, 10)
    assert table.samples[0].id == "slide 7"


@pytest.mark.parametrize("text", ["", "\n \n", "mitoses,mitoses\n1,1"])
def test_what_is_no_table_has_no_names(text):
    with pytest.raises(InvalidTable):
        named_rows(text, SCHEMA)


def test_more_rows_than_allowed_are_refused_before_they_are_read():
    with pytest.raises(TooManyRows):
        read_table(f"{LINE}\n" * 12, SCHEMA, 10)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("5.5", "got a number with decimals"),
        ("0", "got 0"),
        ("1e3", "got a number out of range"),
        ("nan", "got text"),
        ("9" * 5_000, "got text"),
        # int() would read both as 10
        ("1_0", "got text"),
        ("1\u0660", "got text"),
    ],
)
def test_a_cell_that_is_no_score_is_described(cell, message):
    table = read_table(LINE.replace("5", cell, 1), SCHEMA, 10)
    assert table.faults[0][1].message.endswith(message)


@pytest.mark.parametrize("cell", ["5", " 5 ", "5.0", "05", "+5", "5e0"])
def test_a_score_may_be_written_in_any_usual_way(cell):
    assert read_table(LINE.replace("5", cell, 1), SCHEMA, 10).samples[0].row[0] == 5


def test_a_repeated_column_is_named_where_it_is_known_and_told_by_its_place_where_not():
    with pytest.raises(InvalidTable, match="names mitoses more than once: columns 9 and 10"):
        read_table(",".join([*SCHEMA.names, "Mitoses"]), SCHEMA, 10)
    with pytest.raises(InvalidTable, match="names the same column more than once: columns 10 and"):
        read_table(",".join([*SCHEMA.names, "Jane", "", "Jane"]), SCHEMA, 10)


def test_a_class_that_is_none_is_a_fault_of_its_row():
    table = read_table(f"id,{','.join(SCHEMA.names)},class\na,{LINE},3", SCHEMA, 10)
    assert table.faults[0][1].message == "class must be benign or malignant, or its code"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(text):
    try:
        table = read_table(text, SCHEMA, 100)
    except (InvalidTable, TooManyRows):
        return
    assert len(table.samples) >= len({index for index, _ in table.faults})
