"""Back entry: doses that a site writes into the register from a file, tried before they are written."""
