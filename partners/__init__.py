"""Apps of others: who may act for a citizen by that citizen's consent, and what they are told.

OAuth 2.0 by django-oauth-toolkit. May import certificates and all apps below it.
"""
