"""Families: guardians of children, relatives of adults who agreed, and how both come to an end."""
