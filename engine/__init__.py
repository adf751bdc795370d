"""Jimu: events come in, flows run, effects go out exactly as often as they should."""

__version__ = "0.1.0"
