"""Middleware of the project: headers of every answer, pages that are the same for everybody."""
