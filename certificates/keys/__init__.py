"""The keys that sign: private halves from files or the environment, public halves in the database."""
