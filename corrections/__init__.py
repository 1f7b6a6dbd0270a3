"""Corrections of the vaccination record, from filing to decision. Start reading at lifecycle.py."""
