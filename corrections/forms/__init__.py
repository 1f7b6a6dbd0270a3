"""What people type about records and corrections."""
