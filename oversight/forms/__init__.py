"""Forms of health officers: acts on cases and sites, filters of the report."""
