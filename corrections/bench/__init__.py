"""What `manage.py bench` measures: a data set of its own, the sweep, and the web tier."""
