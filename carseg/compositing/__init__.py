"""A photo and a Prediction to what is seen: edges, views, backgrounds."""
