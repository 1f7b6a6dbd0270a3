"""What is typed about organizations, people and rules."""
