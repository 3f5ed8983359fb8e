"""Measures this service and computes its costs; nothing that is deployed imports it."""
