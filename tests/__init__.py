"""Everything that proves the product: rules, pages, journeys, and the house itself."""
