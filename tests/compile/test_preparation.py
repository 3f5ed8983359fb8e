import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import CategoricalNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
)

from tests.compile.families import fitted, proven
from tests.compile.tables import TABLES
from training.compile import CannotCompile, compile_classifier

QUANTILE = {"quantile_method": "averaged_inverted_cdf"}
TRANSFORMERS = {
    "standard": StandardScaler(),
    "centre only": StandardScaler(with_std=False),
    "robust": RobustScaler(),
    "largest": MaxAbsScaler(),
    "clipped": MinMaxScaler((-1, 2), clip=True),
    "norm": make_pipeline(StandardScaler(), Normalizer()),
    "binary": Binarizer(threshold=0.6),
    "bins": KBinsDiscretizer(4, strategy="uniform"),
    "numbered bins": KBinsDiscretizer(4, encode="ordinal", **QUANTILE),
    "splines": SplineTransformer(n_knots=4),
    "lines": SplineTransformer(degree=1),
    "continued": SplineTransformer(extrapolation="continue", include_bias=False),
    "cubic, lines beyond": SplineTransformer(extrapolation="linear"),
    "polynomials": make_pipeline(StandardScaler(), PolynomialFeatures(2)),
    "interactions": make_pipeline(
        MinMaxScaler(), PolynomialFeatures(2, interaction_only=True, include_bias=False)
    ),
    "components": make_pipeline(StandardScaler(), PCA(2, whiten=True)),
    "best": SelectKBest(k=2),
    "union": make_union(StandardScaler(), KBinsDiscretizer(3, strategy="uniform")),
    "sum": FunctionTransformer(np.sum, kw_args={"axis": 1, "keepdims": True}),
    "logarithm": make_pipeline(MinMaxScaler(), FunctionTransformer(np.log1p)),
    "passthrough": "passthrough",
}


@pytest.mark.parametrize("kind", ["whole", "real"])
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_every_transformer_is_compiled(name, kind):
    table = TABLES[kind](missing=True)
    imputer = SimpleImputer(add_indicator=False)
    pipeline = make_pipeline(imputer, TRANSFORMERS[name], LogisticRegression(max_iter=500))
    _, proof = proven(fitted(pipeline, table), table, "malignant")
    assert proof.largest_difference <= 1e-12


@pytest.mark.parametrize("name", ["standard", "robust", "clipped", "numbered bins", "passthrough"])
def test_a_forest_behind_a_scaler_keeps_its_labels(name):
    table = TABLES["real"](missing=True)
    forest = RandomForestClassifier(6, random_state=0)
    pipeline = make_pipeline(SimpleImputer(), TRANSFORMERS[name], forest)
    _, proof = proven(fitted(pipeline, table), table, "malignant")
    assert proof.largest_difference == 0.0


def test_a_pipeline_that_was_fitted_on_a_data_frame_is_asked_with_one():
    pd = pytest.importorskip("pandas")
    table = TABLES["mixed"]()
    frame = pd.DataFrame(table.matrix(), columns=[column.name for column in table.columns])
    names = ["length", "colour"]
    encoder = ColumnTransformer(
        [("numbers", StandardScaler(), names[:1]), ("colour", OneHotEncoder(), names[1:])]
    )
    pipeline = make_pipeline(encoder, LogisticRegression()).fit(frame, table.labels)
    document, proof = proven(pipeline, table, "benign")
    assert proof.largest_difference <= 1e-12
    assert document["kind"] == "sum"


def test_a_forest_of_several_threads_is_bit_equal():
    table = TABLES["whole"]()
    forest = fitted(RandomForestClassifier(20, n_jobs=2, random_state=0), table)
    _, proof = proven(forest, table, "malignant")
    assert proof.largest_difference == 0.0
    assert "bit-equal, all labels equal" in proof.summary


@pytest.mark.parametrize("name", ["components", "norm", "sum"])
def test_a_row_may_have_one_column(name):
    table = TABLES["real"](missing=True)
    narrow = table._replace(columns=table.columns[:1], rows=[row[:1] for row in table.rows])
    single = make_pipeline(StandardScaler(), PCA(1)) if name == "components" else TRANSFORMERS[name]
    pipeline = make_pipeline(SimpleImputer(), single, RandomForestClassifier(3, random_state=0))
    _, proof = proven(fitted(pipeline, narrow), narrow, "malignant")
    assert proof.largest_difference <= 1e-12


def test_missing_marks_are_inputs():
    table = TABLES["whole"](missing=True)
    union = make_union(SimpleImputer(), MissingIndicator())
    document, proof = proven(
        fitted(make_pipeline(union, LogisticRegression()), table), table, "malignant"
    )
    assert document["kind"] == "sum"
    assert proof.bound < min(proof.distances.values())


def encoders(encoder, table):
    rest = slice(1, len(table.columns))
    return ColumnTransformer([("colour", encoder, [0]), ("rest", SimpleImputer(), rest)])


ENCODERS = {
    "first dropped": OneHotEncoder(drop="first", handle_unknown="ignore"),
    "missing is a category": OneHotEncoder(sparse_output=False),
    "rare together": make_pipeline(
        SimpleImputer(strategy="most_frequent"),
        OneHotEncoder(max_categories=2, handle_unknown="infrequent_if_exist"),
    ),
    "numbered": OrdinalEncoder(encoded_missing_value=-1),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_is_compiled(name):
    table = TABLES["mixed"](missing=True)
    pipeline = make_pipeline(encoders(ENCODERS[name], table), RandomForestClassifier(5))
    _, proof = proven(fitted(pipeline, table), table, "benign")
    assert proof.bit_equal


def test_categories_of_histogram_boosting_need_no_encoder():
    table = TABLES["mixed"](missing=True)
    boosting = HistGradientBoostingClassifier(max_iter=8, categorical_features=[0])
    _, proof = proven(fitted(boosting, table), table, "malignant")
    assert proof.bit_equal


def test_categorical_bayes_counts_whole_numbers():
    table = TABLES["whole"]()
    _, proof = proven(
        fitted(CategoricalNB(min_categories=10, alpha=0.7), table), table, "malignant"
    )
    assert proof.distances is not None


@pytest.mark.parametrize(
    ("transformer", "reason"),
    [
        (FunctionTransformer(np.cbrt), "a function of one's own"),
        (QuantileTransformer(n_quantiles=10), "QuantileTransformer has no compiler"),
        (PowerTransformer(), "PowerTransformer has no compiler"),
        (SplineTransformer(extrapolation="periodic"), "periodic"),
        (SplineTransformer(degree=1, extrapolation="linear"), "degree 2 or more"),
    ],
)
def test_what_has_no_step_is_refused(transformer, reason):
    table = TABLES["whole"]()
    pipeline = fitted(make_pipeline(transformer, LogisticRegression()), table)
    with pytest.raises(CannotCompile, match=reason):
        compile_classifier(pipeline, table.columns, "malignant")


def test_a_value_that_the_classifier_refuses_is_named():
    table = TABLES["whole"](missing=True)
    imputed = SimpleImputer().fit_transform(table.matrix())
    classifier = LogisticRegression().fit(imputed, table.labels)
    with pytest.raises(CannotCompile, match="contains NaN"):
        compile_classifier(classifier, table.columns, "malignant")
