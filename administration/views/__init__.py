"""Views of administration: organizations, people, imports, rules."""
