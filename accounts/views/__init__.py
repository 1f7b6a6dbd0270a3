"""The pages of signing in, split by audience."""
