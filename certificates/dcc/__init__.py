"""The EU Digital COVID Certificate as a format: names, codes, UVCI, schema, signature, text of the QR.

Sources: hcert-spec (2023) and DCC schema 1.3.3 of the EU, CC BY 4.0 and Apache-2.0; RFC 8392 (CWT),
9052 (COSE), 9285 (base45). Knows no rows: it works on facts, bytes and keys.
"""
