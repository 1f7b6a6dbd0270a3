"""Pages on which a site records doses."""
