"""Settings by subject; `vaxreg/settings.py` imports each file."""
