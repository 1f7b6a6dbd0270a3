"""The figures of reports: what is counted, the job that closes each day, sums, lists of cases.

May import corrections and every app below it.
"""
