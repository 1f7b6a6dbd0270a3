"""Messages to people: their delivery state, and the channels by which they are sent."""
