"""Proof: certificates of doses that follow the record, the keys that sign them, and where they are checked."""
