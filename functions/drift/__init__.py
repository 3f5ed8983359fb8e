"""Watches whether the samples are still those that the model was trained on."""
