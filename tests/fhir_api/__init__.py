"""Tests of the interface in FHIR."""
