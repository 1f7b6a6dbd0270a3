"""The citizen's pages: landing, record, filing, own cases, following, receipt.

May import corrections, reporting and every app below them.
"""
