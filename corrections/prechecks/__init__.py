"""What would get a proposal refused, said before it is sent: warnings, never walls.

Each rule mirrors one of the thirteen official grounds as far as a program can know it from the
record; whether the photo shows the right paper only a reviewer sees. hints.py tells her the same.
"""
