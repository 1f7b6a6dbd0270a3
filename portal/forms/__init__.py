"""What citizens type about their records and cases."""
