"""The REST interface for other programs, below /api/v1/.

May import every app but demo and bench.
"""
