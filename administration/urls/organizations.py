"""URLs of the organization pages, for health officers."""

from django.urls import URLPattern, URLResolver, path

from administration.close_merge_move import TreeAct
from administration.views import organizations

ONE = "organizations/<uuid:public_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("organizations/", organizations.tops, name="organizations"),
    path(ONE, organizations.show, name="organization"),
    path(f"{ONE}open/", organizations.open_part, name="organization-open"),
    path(f"{ONE}details/", organizations.details, name="organization-details"),
    path(f"{ONE}close/", organizations.arrange, {"act": TreeAct.CLOSE}, name="organization-close"),
    path(f"{ONE}merge/", organizations.arrange, {"act": TreeAct.MERGE}, name="organization-merge"),
    path(f"{ONE}move/", organizations.arrange, {"act": TreeAct.MOVE}, name="organization-move"),
]
