"""The gallery of UI components at /ui/, in demo and debug mode only."""
