"""The case, without pages: a correction from filing to decision. Start reading at lifecycle.py.

May import doses and all apps below it; not uptake, which is beside it.
"""
