"""Forms of the pages on which a site records doses."""
