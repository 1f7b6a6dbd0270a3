"""Views of reviewers."""
