"""Photos of the paper: what is taken in, and what is shown."""
