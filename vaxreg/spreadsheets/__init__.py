"""Spreadsheets: reading, writing, and checking .xlsx archives. No domain term."""
