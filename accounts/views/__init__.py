"""Views of sign-in and account, one module per audience."""
