"""The reform of July 2025: 34 provinces, 3,321 communes, no districts (docs/adr/0020).

lists: what the new areas are. plan: what becomes of every area, organization and membership, by
reading alone. adopt: carries a plan out, set by set, in the caller's transaction.
"""
