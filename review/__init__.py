"""The desk: queue, case file, decisions, the pool of cases without a site, the second person, notes to a site.

May import the case (corrections) and all below it.
"""
