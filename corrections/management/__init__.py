"""Management commands of the corrections app."""
