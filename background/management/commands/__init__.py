"""Management commands of the background app."""
