"""A model behind a Django view, loaded at import."""

import json

import joblib
import numpy as np
from django.http import JsonResponse
from django.views.decorators.http import require_POST

model = joblib.load("model.joblib")


@require_POST
def predict(request):
    """Answer with each sample's label."""
    rows = np.array(json.loads(request.body)["samples"], dtype=float)
    return JsonResponse({"predictions": [{"label": str(label)} for label in model.predict(rows)]})
