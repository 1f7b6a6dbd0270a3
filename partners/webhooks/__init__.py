"""Webhooks: apps that citizens let in are told that something changed, and ask for it themselves."""
