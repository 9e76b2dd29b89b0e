"""Runs a model on a data set: scores per picture."""
