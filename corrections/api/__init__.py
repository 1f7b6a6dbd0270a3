"""The same acts for programs: REST under /api/v1/."""
