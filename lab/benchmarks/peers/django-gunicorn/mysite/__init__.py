"""A Django project of one view."""
