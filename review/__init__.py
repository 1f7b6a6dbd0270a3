"""The reviewers' pages: queue, case file, decisions, pool, second person, notes to a site.

May import corrections, reporting and every app below them.
"""
