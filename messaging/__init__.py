"""Who is told: messages with delivery state, and the channels they travel on."""
