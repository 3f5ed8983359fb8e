"""Turns a type's name into the reason why a skops model file may hold it.

The list is closed: what is neither here nor trusted by skops itself (scikit-learn's estimators,
arrays, plain values) is refused when a model is written and again when it is loaded
(docs/decisions/0055).
"""

TRUSTED = {
    "numpy.dtype": "the imputer keeps the type of its columns; read off an empty array",
    "sklearn.tree._tree.Tree": (
        "a forest's nodes: a forged tree could read beyond its array but not name code to run, "
        "and its sha256 is compared before it is read"
    ),
}
