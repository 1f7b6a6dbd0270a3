"""Sites and staff from a spreadsheet: read safely, judged row by row, written as it was shown."""
