"""Who runs it: pages of organizations and people, imports, rules and their preview, closing, merging and moving.

May import figures (reporting), the case (corrections) and all below them.
"""
