"""Our rows as resources of FHIR R4: each function returns plain JSON. No queries but where it says so."""
