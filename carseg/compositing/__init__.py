"""Makes pictures from a photo and a Prediction: edges, views, backgrounds."""
