"""Pages of identity papers: the documents of a person, and the QR code of the chip card."""
