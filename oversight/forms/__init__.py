"""What health officers type: acts on cases and sites, filters of the report."""
