"""Use cases without a face, for the app and the command line alike."""
