"""How the service is, in a browser."""
