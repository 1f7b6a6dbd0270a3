"""Management commands: the population database, and lists of the police."""
