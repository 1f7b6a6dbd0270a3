"""Reports that came by messages, letters and calls: a file of them, tried before it becomes cases."""
