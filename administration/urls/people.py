"""URLs of the staff pages, and of importing sites and staff from a file."""

from django.urls import URLPattern, URLResolver, path

from administration.views import imports, looking, people, people_steps

PERSON = "people/person/<uuid:person>/"
WORK = "people/<uuid:public_id>/<uuid:person>/<slug:role>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("people/", people.everybody, name="people-all"),
    path("people/looking/", looking.overview, name="looking"),
    path("people/looking/limits/", looking.limits, name="looking-limits"),
    path("people/looking/<uuid:person>/", looking.person, name="looking-person"),
    path(PERSON, people.person, name="person"),
    path(f"{PERSON}invite-again/", people_steps.invite_again, name="person-invite-again"),
    path(f"{PERSON}verify/", people_steps.verify, name="person-verify"),
    path(f"{PERSON}suspend/", people_steps.suspend_account, name="person-suspend"),
    path(f"{PERSON}reinstate/", people_steps.reinstate_account, name="person-reinstate"),
    path("people/<uuid:public_id>/", people.of_organization, name="people"),
    path("people/<uuid:public_id>/invite/", people.invite, name="people-invite"),
    path(f"{WORK}role/", people_steps.change_role, name="people-role"),
    path(f"{WORK}suspend/", people_steps.suspend, name="people-suspend"),
    path(f"{WORK}reinstate/", people_steps.reinstate, name="people-reinstate"),
    path(f"{WORK}end/", people_steps.end, name="people-end"),
    path("organizations/import/", imports.start, name="organizations-import"),
    path("organizations/import/template.xlsx", imports.template, name="organizations-template"),
    path("organizations/export.xlsx", imports.export, name="organizations-export"),
    path("organizations/import/<uuid:public_id>/", imports.run, name="organizations-import-run"),
    path(
        "organizations/import/<uuid:public_id>/rows.xlsx",
        imports.rows,
        name="organizations-import-rows",
    ),
]
