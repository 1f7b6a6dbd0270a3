"""User accounts: both sign-ins, codes, second factors, sessions, limits of tries, the inbox.

May import messaging, background and vaxreg.
"""
