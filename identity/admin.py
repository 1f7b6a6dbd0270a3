"""Takes django-allauth's tables of providers out of the administration site: nothing reads them.

VNeID is configured by the environment alone (identity/vneid/allauth.py).
"""

import allauth.socialaccount.admin  # noqa: F401 (it registers them, so it comes first)
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin

admin.site.unregister([SocialAccount, SocialApp, SocialToken])
