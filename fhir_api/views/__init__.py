"""What answers requests below /fhir/."""
