"""The reader's details: numbers, limits, notes and refusals."""

import gzip
import io
import json
import zipfile

import pytest

from cytology.reading.files import read_file
from cytology.reading.refusals import InvalidTable, TooManyRows
from cytology.reading.table import Choices, read_table
from cytology.schema import InvalidSchema, load_schema, parse_schema
from tests.support.tables import workbook

SCHEMA = load_schema()
LINE = "5,1,1,1,2,1,3,1,1"
HEADER = ",".join(SCHEMA.names)
ROW = (5, 1, 1, 1, 2, 1, 3, 1, 1)


def refusal(content, **options):
    with pytest.raises(InvalidTable) as caught:
        read_table(content, SCHEMA, **options)
    return caught.value


def code_of(cell):
    [error] = read_table(f"{HEADER}\n{LINE.replace('5', cell, 1)}", SCHEMA).errors
    assert error.field == "clump_thickness"
    return error.code


@pytest.mark.parametrize("cell", ["5.5", "4.9999999999999999999", "5.0000000000000000001", "45e-1"])
def test_a_number_that_only_rounding_makes_whole_is_an_error(cell):
    assert code_of(cell) == "not_whole"


@pytest.mark.parametrize("cell", ["0", "11", "-1", "1e9", "-99999", "9" * 20])
def test_a_number_beyond_the_scores_is_out_of_range(cell):
    assert code_of(cell) == "out_of_range"


@pytest.mark.parametrize("cell", ["five", "1_0", "1\u0660", "9" * 21, "5 5", "0x5", "5%", "'5"])
def test_what_is_spelt_otherwise_is_no_number(cell):
    assert code_of(cell) == "not_a_number"


@pytest.mark.parametrize("cell", ["5", " 5 ", "5.0", "05", "+5", "5e0", "50e-1", "5."])
def test_a_score_may_be_written_in_any_usual_way(cell):
    assert read_table(LINE.replace("5", cell, 1), SCHEMA).samples[0].row == ROW


def test_a_decimal_comma_is_none_where_the_comma_parts_the_columns():
    quoted = '"5,0",' + LINE[2:]
    assert [error.code for error in read_table(quoted, SCHEMA).errors] == ["not_a_number"]


def test_a_quote_that_does_not_end_is_refused_with_the_remedy():
    with pytest.raises(InvalidTable, match="close each quote, and double one inside a cell"):
        read_table(f'{LINE}\n"{LINE}', SCHEMA)


def test_a_missing_score_that_must_be_there_is_told_from_a_wrong_one():
    required = SCHEMA._replace(
        features=tuple(each._replace(may_be_missing=False) for each in SCHEMA.features)
    )
    [error] = read_table(f"{HEADER}\n{LINE.replace('5', 'NA', 1)}", required).errors
    assert (error.field, error.code) == ("clump_thickness", "missing")


def test_ignored_columns_and_lines_are_noted_by_number_and_never_quoted():
    table = read_table(f"Jane Doe\n{HEADER},Jane,\n{LINE},x,\n", SCHEMA)
    assert table.notes == ("1 line above the header ignored", "column 10 is not known and ignored")


def test_a_column_that_may_be_missing_may_be_absent_and_is_noted():
    names = [name for name in SCHEMA.names if name != "bare_nuclei"]
    table = read_table(f"{','.join(names)}\n5,1,1,1,2,3,1,1", SCHEMA)
    assert table.samples[0].row == (5, 1, 1, 1, 2, None, 3, 1, 1)
    assert table.notes == ("bare_nuclei has no column; it is missing in every row",)


def test_a_header_in_the_middle_of_the_rows_is_refused():
    assert refusal(f"{LINE}\n{HEADER}\n{LINE}").code == "ambiguous_table"


def test_a_later_header_is_a_row_at_error():
    rows = f"{HEADER}\n{LINE}\n{LINE}\n{HEADER}\n{LINE}"
    table = read_table(rows, SCHEMA)
    assert [sample is not None for sample in table.samples] == [True, True, False, True]


def test_a_broken_first_row_is_no_title():
    table = read_table(f"5\n{LINE}\n{LINE}", SCHEMA)
    assert table.samples[0] is None
    assert table.notes == ()


def test_a_refusal_shows_the_first_row_shortened_and_says_nothing_of_it_in_words():
    refused = refusal("x" * 100 + f",{LINE}")
    assert refused.first_row == ["x" * 24, *LINE.split(",")]
    assert refused.width == 10
    assert "x" * 10 not in str(refused)


def test_as_many_rows_as_allowed_are_read_below_a_header():
    text = f"title\n{HEADER}\n" + f"{LINE}\n" * 10
    assert len(read_table(text, SCHEMA, 10).samples) == 10
    for count in (11, 100):
        with pytest.raises(TooManyRows):
            read_table(f"{HEADER}\n" + f"{LINE}\n" * count, SCHEMA, 10)


def test_an_id_is_text_on_one_line_of_at_most_64_characters():
    header = f"id,{HEADER}"
    for identifier, code in (("x" * 65, "invalid_id"), ('"a\nb"', "invalid_id"), ("x" * 64, None)):
        errors = read_table(f"{header}\n{identifier},{LINE}", SCHEMA).errors
        assert [error.code for error in errors] == ([code] if code else [])


def test_a_refused_row_keeps_its_input():
    table = read_table(f"{HEADER}\n{LINE}\n1,2,3\n", SCHEMA)
    assert table.inputs == {1: "1,2,3"}
    assert [(error.sample, error.code) for error in table.errors] == [(1, "wrong_length")]


def test_a_bomb_is_not_unpacked():
    bomb = b"5," * 5_000_000
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", bomb)
    for content in (gzip.compress(bomb), packed.getvalue()):
        assert "more than 1,000 bytes" in str(refusal(content, unpacked_max=1_000))


def test_joined_gzip_files_are_read_whole():
    content = gzip.compress(f"{LINE}\n".encode()) + gzip.compress(LINE.encode())
    assert len(read_table(content, SCHEMA).samples) == 2


def test_zero_and_one_are_taken_for_classes_under_a_header_but_not_learnt_from():
    text = f"{HEADER},class\n{LINE},0\n{LINE},1"
    table = read_table(text, SCHEMA)
    assert table.labels == ["benign", "malignant"]
    assert "class 0 is taken for benign" in table.notes[0]
    assert read_table(text, SCHEMA, choices=Choices(learning=True)).labels is None


def test_one_class_that_is_not_known_leaves_the_comparison_out_and_scores_every_row():
    table = read_table(f"{HEADER},class\n{LINE},2\n{LINE},7", SCHEMA)
    assert table.labels is None
    assert [sample.row for sample in table.samples] == [ROW, ROW]


def test_a_workbook_of_two_filled_sheets_or_a_damaged_one_is_refused():
    good = workbook([SCHEMA.names, LINE.split(",")])
    assert read_file(good, SCHEMA).samples[0].row == ROW
    with pytest.raises(InvalidTable, match="damaged"):
        read_file(good[:200] + good[400:], SCHEMA)


def test_features_that_share_a_name_are_no_schema_to_read_by():
    features = [{"name": "a b", "min": 0, "max": 3}, {"name": "A_B", "min": 0, "max": 3}]
    classes = [{"name": "no", "code": 0}, {"name": "yes", "code": 1}]
    document = {"classes": classes, "positive": "yes", "features": features}
    with pytest.raises(InvalidSchema, match="two features have the name A_B"):
        read_table("1,2", parse_schema(json.dumps(document)))


def test_a_schema_of_one_feature_is_read_too():
    classes = [{"name": "no", "code": 0}, {"name": "yes", "code": 1}]
    features = [{"name": "wind", "min": -2, "max": 5}]
    schema = parse_schema(json.dumps({"classes": classes, "positive": "yes", "features": features}))
    table = read_table("wind;class\n-2;0\n+5;yes", schema)
    assert [sample.row for sample in table.samples] == [(-2,), (5,)]
    assert table.labels == ["no", "yes"]
