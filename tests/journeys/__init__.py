"""Stories told in a real browser, through the real pages, in Vietnamese."""
