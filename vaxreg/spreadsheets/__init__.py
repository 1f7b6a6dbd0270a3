"""Spreadsheets: reading, writing, and what an .xlsx archive may hold. No domain word."""
