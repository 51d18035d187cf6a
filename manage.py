#!/usr/bin/env python3
"""Django's command line for Raut."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018  (reads the settings, so that a wrong one ends in its line)
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
    execute_from_command_line(sys.argv)
