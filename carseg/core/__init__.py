"""What knows nothing of pictures: settings, stores, journals, errors."""
