"""Messages to people: delivery state, channels, preferences, quiet hours, receipts, digests.

May import background and vaxreg only.
"""
