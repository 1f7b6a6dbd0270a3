"""Everything behind `./run` and `./test`: set up, start, supervise, stop, check.

Stands apart: it imports no app. Of the apps only bench imports it, for servers of its own.
"""
