"""For programs: the REST interface below /api/v1/.

May import every app but demo and bench.
"""
