"""URLs of partner apps: consent, tokens, and the list of apps that one let in."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views.metadata import OAuthServerMetadataView

from partners.views import authorizing, own_apps

# The library looks its addresses up by these names.
oauth = [
    path("authorize/", login_not_required(authorizing.Authorize.as_view()), name="authorize"),
    path("token/", csrf_exempt(login_not_required(authorizing.Token.as_view())), name="token"),
    path(
        "revoke/",
        csrf_exempt(login_not_required(authorizing.Revoke.as_view())),
        name="revoke-token",
    ),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("oauth/", include((oauth, "oauth2_provider"))),
    path(
        ".well-known/oauth-authorization-server",
        login_not_required(OAuthServerMetadataView.as_view()),
        name="oauth-metadata",
    ),
    path("account/apps/", own_apps.own_apps, name="own-apps"),
    path("account/apps/<uuid:public_id>/end/", own_apps.end, name="own-app-end"),
]
