"""Modules that know nothing about pictures: settings, stores, journals, errors."""
