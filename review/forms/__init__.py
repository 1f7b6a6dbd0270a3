"""Forms of reviewers."""
