"""Who acts: areas, the tree of organizations, memberships, imports, the reform of July 2025.

May import accounts and all apps below it.
"""
