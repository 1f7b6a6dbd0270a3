"""A realistic demo district: people, doses, staff and cases. Installed in demo mode only.

May import every app but bench.
"""
