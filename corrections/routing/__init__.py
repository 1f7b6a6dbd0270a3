"""To which desk a case goes, and what becomes of it when nobody decides there."""
