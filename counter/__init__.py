"""The counter of a site: file for somebody who stands there, print the receipt and the answer.

May import portal, review and every app below them.
"""
