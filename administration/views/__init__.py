"""Pages of those who run the tree: organizations, people, imports, rules."""
