"""Two records that may be one person's: which pairs somebody sees, and both side by side."""
