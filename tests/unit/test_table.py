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
    assert [error.sample for error in table.errors] == [2]


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
    assert table.errors[0].message.endswith(message)


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
    assert table.errors[0].message == "class must be benign or malignant, or its code"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(text):
    try:
        table = read_table(text, SCHEMA, 100)
    except (InvalidTable, TooManyRows):
        return
    assert len(table.samples) >= len({error.sample for error in table.errors})


HEADER = ",".join(SCHEMA.names)
ROW = (5, 1, 1, 1, 2, 1, 3, 1, 1)


def refusal(text, read=None):
    with pytest.raises(InvalidTable) as caught:
        (read or (lambda: read_table(text, SCHEMA, 100)))()
    return str(caught.value)


def rows_of(text, max_rows=100):
    return [sample and sample.row for sample in read_table(text, SCHEMA, max_rows).samples]


def test_an_empty_table_is_called_empty():
    assert refusal("") == refusal("\n  \n") == "the table is empty"
    assert refusal("", lambda: named_rows("", SCHEMA)) == "the table is empty"


@pytest.mark.parametrize("labelled", [False, True])
def test_a_table_with_a_header_keeps_its_own_names_and_rows(labelled):
    end = (",class", ",2") if labelled else ("", "")
    found = named_rows(f"{HEADER}{end[0]}\n{LINE}{end[1]}\n{LINE}{end[1]}\n", SCHEMA)
    assert ",".join(found.header) == HEADER + end[0]
    assert [",".join(row) for row in found.rows] == [LINE + end[1]] * 2
    assert found.labelled is labelled


def test_a_table_without_a_header_keeps_every_row():
    assert named_rows(f"{LINE}\n{LINE}", SCHEMA).rows == [LINE.split(",")] * 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "\n\n"])
def test_the_first_line_says_what_parts_the_columns(delimiter, end, before):
    text = end.join([HEADER, LINE, LINE]).replace(",", delimiter)
    assert rows_of(before + text) == [ROW, ROW]


def test_commas_in_later_lines_do_not_make_a_table_of_semicolons_one_of_commas():
    header = ";".join(["id", *SCHEMA.names])
    line = ";".join(['"' + "," * 30 + '"', *LINE.split(",")])
    [sample] = read_table(f"\r\n{header}\n{line}\n", SCHEMA, 10).samples
    assert sample == (ROW, "," * 30)


def test_a_quote_that_does_not_end_is_refused_by_its_line():
    assert refusal(f'{LINE}\n"5"x,1,1,1,2,1,3,1,1') == "line 2: ',' expected after '\"'"
    assert refusal(f'{LINE}\n"5').startswith("line 2: ")


def test_empty_lines_are_no_rows_and_short_rows_are():
    table = read_table(f"{LINE}\n\n   \n,5\n{LINE}\n", SCHEMA, 10)
    assert [sample is not None for sample in table.samples] == [True, False, True]
    assert table.errors == [(1, "", "2 columns found, 9 needed")]


def test_a_row_may_begin_with_an_empty_cell():
    table = read_table(f"id,{HEADER}\n,{LINE}\n", SCHEMA, 10)
    assert table.samples == [(ROW, None)]


def test_as_many_rows_as_allowed_are_read_below_a_header():
    assert len(rows_of(f"{HEADER}\n" + f"{LINE}\n" * 10, 10)) == 10
    with pytest.raises(TooManyRows):
        read_table(f"{HEADER}\n" + f"{LINE}\n" * 11, SCHEMA, 10)


def test_the_commonest_width_is_the_table_s():
    table = read_table(f"{LINE}\n{LINE}\n{LINE},4\n", SCHEMA, 10)
    assert [sample is not None for sample in table.samples] == [True, True, False]
    assert table.errors == [(2, "", "10 columns found, 9 needed")]


@pytest.mark.parametrize("count", [1, 8, 12])
def test_rows_too_short_or_too_long_to_be_samples_are_counted(count):
    assert refusal(",".join(["1"] * count)) == f"{count} columns found, 9 scores needed"


def test_a_row_of_another_width_has_no_label_and_one_fault():
    table = read_table(f"{HEADER},class\n{LINE},2\n{LINE}\n{LINE},\n", SCHEMA, 10)
    assert table.labels == ["benign", None, None]
    assert table.errors == [(1, "", "9 columns found, 10 needed")]


def test_a_wrong_class_is_a_fault_of_the_class_column():
    table = read_table(f"{HEADER},class\n{LINE},9\n", SCHEMA, 10)
    assert table.errors == [(0, "class", "class must be benign or malignant, or its code")]
    assert table.labels == [None]


@pytest.mark.parametrize("cell", ["malignant", " Malignant ", "MALIGNANT", "4", " 4"])
def test_a_class_is_read_by_its_name_or_code(cell):
    assert read_table(f"{HEADER},class\n{LINE},{cell}\n", SCHEMA, 10).labels == ["malignant"]


def test_without_a_class_column_there_are_no_labels():
    assert read_table(f"{HEADER}\n{LINE}\n", SCHEMA, 10).labels is None


def test_a_column_that_may_be_missing_may_be_absent():
    names = [name for name in SCHEMA.names if name != "bare_nuclei"]
    assert rows_of(f"{','.join(names)}\n5,1,1,1,2,3,1,1\n") == [(5, 1, 1, 1, 2, None, 3, 1, 1)]


def test_columns_that_may_not_be_absent_are_named():
    names = [n for n in SCHEMA.names if n not in ("bare_nuclei", "mitoses", "clump_thickness")]
    assert refusal(",".join(names)) == "the header lacks clump_thickness, mitoses"


@pytest.mark.parametrize("cell", ["?", "", " "])
def test_a_missing_score_is_told_from_a_wrong_one(cell):
    line = LINE[:-1] + cell
    table = read_table(f"{HEADER}\n{line}\n", SCHEMA, 10)
    rule = "give a whole number from 1 to 10"
    assert table.errors == [(0, "mitoses", f"mitoses may not be missing; {rule}")]


@pytest.mark.parametrize(
    "spell",
    [
        str.upper,
        lambda name: name.replace("_", "-"),
        lambda name: f"  {name.replace('_', '   ')} ",
        lambda name: name.replace("_", " ").title(),
        lambda name: f"__{name}--",
    ],
)
def test_a_column_s_name_may_be_spelt_in_any_usual_way(spell):
    header = ",".join(spell(name) for name in reversed(SCHEMA.names))
    assert rows_of(f"{header}\n{','.join(reversed(LINE.split(',')))}") == [ROW]


def test_a_column_may_have_the_feature_s_label_for_its_name():
    header = ",".join(feature.label for feature in SCHEMA.features)
    assert rows_of(f"{header}\n{LINE}") == [ROW]


def test_one_label_among_names_is_enough_to_tell_a_header():
    cells = [SCHEMA.features[0].label, *["x"] * 8]
    assert refusal(",".join(cells)).startswith("the header ")


def test_the_first_name_that_stands_twice_is_told_and_quoted_only_where_it_is_ours():
    both = refusal(f"{HEADER},b,mitoses,b")
    assert both == "the header names mitoses more than once: columns 9 and 11"
    assert refusal(f"{HEADER},b,a,b,a") == (
        "the header names the same column more than once: columns 10 and 12"
    )


def test_two_columns_without_a_name_are_not_names_that_stand_twice():
    assert rows_of(f"{HEADER},,\n{LINE},x,y\n") == [ROW]


@pytest.mark.parametrize("name", ["id", "sample", "Sample ID", "sample_id"])
def test_an_id_column_is_known_by_its_usual_names(name):
    table = read_table(f"{HEADER},{name}\n{LINE}, slide 7 \n", SCHEMA, 10)
    assert table.samples == [(ROW, "slide 7")]


def test_an_id_that_is_too_long_is_a_fault_of_its_row():
    table = read_table(f"id,{HEADER}\n{'x' * 65},{LINE}\n", SCHEMA, 10)
    assert table.samples == [None]
    assert table.errors[0].field == "id"


UNCLEAR = (
    "without a header it is not clear whether the first column is an id or the last one the class; "
    "add a header"
)


@pytest.mark.parametrize("first", ["11", "-1", "+77"])
def test_what_may_be_an_id_or_a_wrong_score_is_not_guessed(first):
    assert refusal(f"{first},{LINE[2:]},2") == UNCLEAR


def test_half_of_the_rows_are_not_enough_to_tell_scores_from_ids():
    assert refusal(f"{LINE},2\n77{LINE[1:]},4") == UNCLEAR


def test_most_of_the_rows_are_enough():
    table = read_table(f"{LINE},2\n{LINE},4\n77{LINE[1:]},4", SCHEMA, 10)
    assert table.labels == ["benign", "malignant", "malignant"]


def test_a_number_of_twenty_digits_is_read_as_one_and_of_more_as_text():
    at_most = read_table(LINE.replace("5", "9" * 20, 1), SCHEMA, 10).errors[0].message
    beyond = read_table(LINE.replace("5", "9" * 21, 1), SCHEMA, 10).errors[0].message
    assert at_most.endswith("got a far larger or smaller number")
    assert beyond.endswith("got text")
