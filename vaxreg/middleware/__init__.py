"""Middleware of the project: headers, public pages for shared caches, cleaned query strings."""
