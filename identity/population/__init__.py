"""Asks the National Population Database whether four facts about a person are right (ADR 39)."""
