"""Pages of messaging: the demo inbox, and the address for the gateway's receipts."""
