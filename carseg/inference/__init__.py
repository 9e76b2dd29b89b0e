"""Pixels to a Prediction."""
