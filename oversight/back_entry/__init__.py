"""How far each site is with entering what it gave, by deadline, and letters to those behind."""
