"""The identity app: what others outside have verified about a person: VNeID.

It asks them over the network, within time limits, and checks what they answer. May import citizens,
organizations, accounts, messaging and vaxreg.
"""
