"""The blocks of the palette: one folder each, found by engine.core.registry at start-up."""
