"""The measurement of matching: made-up people with known duplicates, and what the finder makes of them."""
