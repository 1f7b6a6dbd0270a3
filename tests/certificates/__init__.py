"""Certificates: what they say, how they follow the record, who may believe them."""
