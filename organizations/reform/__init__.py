"""The reform of July 2025: 34 provinces, 3,321 communes, no districts (docs/adr/0020).

lists: the new areas. plan: the changes of every area, organization and membership, computed
without writing. adopt: writes a plan, set by set, in the caller's transaction.
"""
