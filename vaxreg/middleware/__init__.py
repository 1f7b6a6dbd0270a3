"""Middleware of the project: headers, compression, public pages for shared caches, query strings."""
