"""The citizen's pages: landing, record, the steps of filing, own cases, following, receipt.

May import the case (corrections) and all below it.
"""
