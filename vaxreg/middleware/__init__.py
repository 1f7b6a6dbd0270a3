"""Middleware of the project: security headers, and public pages for shared caches."""
