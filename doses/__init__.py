"""What was given: vaccines, doses and their revisions, facts about a dose, vaccination sites.

May import citizens and all apps below it.
"""
