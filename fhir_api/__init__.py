"""The registry in HL7 FHIR R4, below /fhir/: docs/fhir.md.

Not called `fhir`: that name is taken by the package `fhir.resources`. May import every app but api,
demo and bench.
"""
