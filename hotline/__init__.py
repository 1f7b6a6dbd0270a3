"""The national hotline: find a caller's case, check who calls, file for them, send upload links.

May import portal, review and every app below them.
"""
