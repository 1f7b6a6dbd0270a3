"""The same dose on record twice."""
