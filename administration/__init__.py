"""The administration pages: organizations, people, imports, rules; closing, merging and moving.

May import reporting, corrections and every app below them.
"""
