"""Photos from users: decoded in a separate process and re-encoded. No domain term."""
