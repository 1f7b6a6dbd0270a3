"""Warnings about what may get a proposal refused, shown before it is sent; none of them blocks it.

Each rule is based on one of the 13 official grounds, as far as a program can check it against the
record. Only a reviewer can see whether the photo shows the right paper.
"""
