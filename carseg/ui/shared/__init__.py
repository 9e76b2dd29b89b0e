"""Modules that several pages use: state, tray, tables, charts, sentences."""
