"""A believable district to look at: people, doses, staff and cases. Installed in demo mode only."""
