"""Fixtures of certificates."""

from tests.certificates.scene import certificate_keys

__all__ = ["certificate_keys"]
