"""Two records of one person: their features, the model, the finder, the look-up, the one join rule.

May import doses, identity, citizens and all apps below them. Only matching/splink imports DuckDB.
"""
