"""Help: one page for each audience, with pictures, and a search over all of them.

May import organizations and every app below it; no page depends on it.
"""
