"""Seals over the history, which show whether somebody changed it behind the application.

It reads tables of corrections, doses and citizens by their names. May import vaxreg alone.
"""
