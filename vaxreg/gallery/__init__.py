"""The gallery of building blocks at /ui/, in demo and debug mode only."""
