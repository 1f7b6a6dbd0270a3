"""Management commands: the keys that sign certificates."""
