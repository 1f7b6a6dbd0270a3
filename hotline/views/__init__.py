"""Pages of the hotline, and the page behind a link for photos."""
