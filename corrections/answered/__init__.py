"""Open cases that a dose on record answers: found when doses are written, closed many at once."""
