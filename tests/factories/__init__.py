"""What tests make: data, checkpoints, scores and pages."""
