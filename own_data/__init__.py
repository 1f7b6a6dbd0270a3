"""What people may do about their own data: take a copy, restrict or object, close the account.

May import partners, certificates, corrections, doses, citizens, accounts, messaging and every other app below them.
"""
