"""URLs of the interface in FHIR, below /fhir/."""

from django.urls import URLPattern, URLResolver, include, path

from fhir_api.views import immunizations, reading
from fhir_api.views.base import FhirView
from fhir_api.views.metadata import Metadata, SmartConfiguration

VIEWS: dict[str, tuple[str, type[FhirView]]] = {
    "Patient": ("patients", reading.Patients),
    "Patient/<uuid:record>": ("patient", reading.OnePatient),
    "Patient/<uuid:record>/$summary": ("summary", reading.Summary),
    "Immunization": ("immunizations", immunizations.Immunizations),
    "Immunization/<uuid:dose>": ("immunization", immunizations.OneImmunization),
    "Immunization/<uuid:dose>/_history": ("versions", immunizations.Versions),
    "Immunization/<uuid:dose>/_history/<int:version>": ("version", immunizations.OneVersion),
    "Organization/<uuid:public_id>": ("organization", reading.OneOrganization),
    "ImmunizationRecommendation": ("recommendations", reading.Recommendations),
    "ImmunizationRecommendation/<uuid:record>": ("recommendation", reading.OneRecommendation),
    "Task": ("tasks", reading.Tasks),
    "Task/<str:reference>": ("task", reading.OneTask),
    "Provenance": ("provenances", reading.Provenances),
    "Provenance/<str:key>": ("provenance", reading.OneProvenance),
}


pages = [
    path(
        "metadata",
        Metadata.as_view(described=tuple(view for _name, view in VIEWS.values())),
        name="metadata",
    ),
    path(".well-known/smart-configuration", SmartConfiguration.as_view(), name="smart"),
    *(path(route, view.as_view(), name=name) for route, (name, view) in VIEWS.items()),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((pages, "fhir")))]
