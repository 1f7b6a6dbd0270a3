"""The public statistics: monthly figures, published once, that reveal no small count.

May import reporting and every app below it.
"""
