"""A model as a BentoML service: loaded once per worker, its types are its request's schema."""

import bentoml
import joblib
import numpy as np


@bentoml.service(workers=1)
class Cytology:
    """Answers with labels."""

    def __init__(self):
        self.model = joblib.load("model.joblib")

    @bentoml.api(route="/v1/predict")
    def predict(self, samples: list[list[int]]) -> dict[str, list[dict[str, str]]]:
        """Answer with each sample's label."""
        labels = self.model.predict(np.array(samples, dtype=float))
        return {"predictions": [{"label": str(label)} for label in labels]}
