"""Use cases without a user interface, shared by the app and the command line."""
