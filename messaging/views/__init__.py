"""Pages of messaging, by audience: the person at home, the gateway, whoever tries the demo."""
