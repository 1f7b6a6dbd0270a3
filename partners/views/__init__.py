"""Pages of consent, and the addresses where apps get their tokens."""
