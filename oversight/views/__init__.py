"""Views of health officers."""
