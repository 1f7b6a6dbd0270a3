"""Management commands of the watching app."""
