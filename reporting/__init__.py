"""Figures, computed once: what is counted, the job that closes each day, sums over the tree, lists of cases.

May import the case (corrections) and all below it.
"""
