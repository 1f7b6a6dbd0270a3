"""What is measured: benchmarks as management commands, each a table of ratios.

May import every app but demo.
"""
