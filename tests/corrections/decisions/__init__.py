"""Deciding: outcomes, second persons, far dates, and who may not decide."""
