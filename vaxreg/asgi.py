"""The ASGI application that granian serves: Django behind a front that slow clients cannot hold."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

django = get_wsgi_application()

from vaxreg.serving.front import Front  # noqa: E402  (needs the settings)

application = Front(django)
