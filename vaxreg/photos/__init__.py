"""Photos that somebody sends: decoded in a throw-away process and cleaned. No domain word."""
