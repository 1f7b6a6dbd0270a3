"""The same dose on record twice: pairs of doses of one person, found, shown and decided."""
