"""Journeys with an app of somebody else's."""
