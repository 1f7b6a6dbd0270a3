"""The ASGI application that granian serves: Django behind a front that slow clients cannot hold."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

django = get_wsgi_application()

# All pages are read before anybody comes: else the first visitor of each process waits two seconds
# and more for it.
import_module(settings.ROOT_URLCONF)

from vaxreg.serving.front import Front  # noqa: E402  (needs the settings)

application = Front(django)
