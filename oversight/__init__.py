"""What is late and what to do: report, lists, sites that do not answer, acts of health officers, the morning report.

May import the pages of the desk (review), figures (reporting) and all below them.
"""
