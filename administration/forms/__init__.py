"""Forms about organizations, people and rules."""
