"""Work without anybody waiting: its tries are counted, and what kills its worker is set aside.

May import vaxreg only.
"""
