"""How the templates of the product become templates of Django."""
