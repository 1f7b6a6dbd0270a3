"""Finds the organization that holds a case, and moves its cases when it cannot act any more."""
