"""The chapters of the Learn page: a module each, with ``draw``."""
