"""The health officers' pages: report, case lists, silent organizations, acts, morning report.

May import review, reporting and every app below them.
"""
