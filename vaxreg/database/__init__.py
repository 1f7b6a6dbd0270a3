"""PostgreSQL for Django, with an end to every wait: the ENGINE of settings.DATABASES."""
