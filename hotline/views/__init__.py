"""Views of the hotline, and of the page for upload links."""
