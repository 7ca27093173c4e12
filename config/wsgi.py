"""What the web server calls: production unless told otherwise, so that a forgotten setting never
serves demo logins."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
application = get_wsgi_application()
