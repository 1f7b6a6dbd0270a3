"""What everybody may read: monthly figures, published once, in which no small count can be worked out.

May import figures (reporting) and all below them.
"""
