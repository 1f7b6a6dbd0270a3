"""User accounts: sign-in, sessions, language."""
