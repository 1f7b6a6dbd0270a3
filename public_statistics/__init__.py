"""What everybody may read: figures, published once, that reveal no small count, and the posters.

May import reporting and every app below it.
"""
