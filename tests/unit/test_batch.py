"""Every row of a batch gets a prediction or its errors, never both and never neither."""

from hypothesis import given
from hypothesis import strategies as st

from cytology.artifact import load_artifact
from cytology.batch import check_values, score_batch
from cytology.schema import load_schema
from runtime.engines import load_engine
from tests.support.paths import ROOT

SCHEMA = load_schema()
ENGINE = load_engine(load_artifact(str(ROOT / "artifact")), None)
GOOD = [5, 1, 1, 1, 2, None, 3, 1, 1]

values = st.one_of(
    st.lists(st.integers(1, 10), min_size=9, max_size=9),
    st.lists(st.one_of(st.integers(), st.none(), st.text(max_size=3)), max_size=11),
    st.dictionaries(st.sampled_from([*SCHEMA.names, "id", "x"]), st.integers(0, 11)),
    st.none(),
)


@given(st.lists(values, max_size=20))
def test_every_row_has_either_an_answer_or_errors(rows):
    batch = check_values(rows, SCHEMA)

    answers = score_batch(batch, ENGINE)

    faulty = {error.sample for error in batch.errors}
    assert len(answers) == len(rows)
    assert {index for index, answer in enumerate(answers) if answer is None} == faulty


def test_a_row_gets_the_same_answer_alone_and_among_invalid_ones():
    [alone] = score_batch(check_values([GOOD], SCHEMA), ENGINE)
    among = score_batch(check_values([[], GOOD, "text", GOOD], SCHEMA), ENGINE)

    assert among == [None, alone, None, alone]


def test_a_batch_without_a_valid_row_has_no_answer():
    assert score_batch(check_values([[], {}], SCHEMA), ENGINE) == [None, None]
    assert score_batch(check_values([], SCHEMA), ENGINE) == []
