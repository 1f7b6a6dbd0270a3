"""Commands of bench."""
