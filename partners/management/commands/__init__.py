"""Management commands: partner apps."""
