"""The domain: measurements in, a calibrated probability with its reasons out.

Standard library only. ``load_model`` is what a program needs.
"""

from cytology.annotations import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytology.classifier import Classifier, load_model

__all__ = ["Classifier", "load_model"]


def __getattr__(name: str) -> Any:
    # On demand: the Lambda function imports this package at every cold start and needs neither
    if name in __all__:
        from cytology import classifier

        return getattr(classifier, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
