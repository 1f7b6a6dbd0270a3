"""The telephone: finding a caller's case, checking who calls, filing for them, links for photos.

May import the pages of the citizen and of the desk (portal, review) and all below them.
"""
