"""The recording app: what a site writes into the register itself.

Doses as they are given, the backlog on paper, and a site's own mistakes. May import doses, matching,
identity, citizens, organizations, accounts, messaging, background and vaxreg.
"""
