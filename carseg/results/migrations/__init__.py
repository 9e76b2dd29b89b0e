"""Alembic's steps from one schema of the saved results to the next. ``open_engine`` runs them.

A new step is a file in ``versions`` that names the one before it in ``down_revision``. A test
compares the outcome of all steps with the model in ``carseg.results.saved``.
"""
