"""Forms in which citizens write about their records and cases."""
