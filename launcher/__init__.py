"""Everything behind `./run` and `./test`: set up, start, supervise, stop, check.

Stands apart: it imports no app, and no app imports it.
"""
