"""Benchmarks as management commands; each prints a table of ratios and times.

May import every app but demo.
"""
