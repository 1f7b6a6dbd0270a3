"""Looking outside of one's cases: counted from the visits, slowed, stopped, shown to supervisors."""
