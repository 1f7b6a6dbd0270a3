"""A certificate on paper: one A4 page, or a card for the wallet. Vietnamese first, English below."""
