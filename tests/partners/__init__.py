"""Apps of others: consents, tokens, webhooks."""
