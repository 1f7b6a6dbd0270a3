"""What people type or paste: invisible characters, names, phone numbers, dates of birth."""
