"""The EU format, by its own test vectors and by a second implementation."""
