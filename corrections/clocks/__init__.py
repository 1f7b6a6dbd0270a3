"""The deadlines of a case: rules, due times, pauses, milestones, recompute."""
