"""Doubts about a dose, in words: by the dated rules, the other doses, the lots of the site.

None of them refuses anything: rules changed every month, and papers are older than rules.
"""
