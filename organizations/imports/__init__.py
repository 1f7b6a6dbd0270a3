"""Import of sites and staff from a spreadsheet: read, check each row, show, then write."""
