"""Whose record: citizens, who may open which record, who did; opening and starting a record.

May import organizations and all apps below it.
"""
