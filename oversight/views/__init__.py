"""Pages of health officers."""
