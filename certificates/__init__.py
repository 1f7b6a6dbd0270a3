"""Proof: certificates of doses that follow the record, the keys that sign them, how they are checked.

May import reporting and all apps below it.
"""
