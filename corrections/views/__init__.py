"""The pages, split by audience."""
