"""Who you are: users, signing in, sessions, language."""
