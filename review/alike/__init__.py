"""Alike cases of one desk: the same change of doses of one site and day, decided together."""
