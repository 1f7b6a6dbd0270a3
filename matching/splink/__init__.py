"""The finder: Splink on DuckDB. Nothing else of the product imports these two packages."""
