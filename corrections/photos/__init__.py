"""Photos of the paper: kept, added later, compared with each other."""
