"""Views of the citizen's pages."""
