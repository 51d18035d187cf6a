"""The platform's settings as the tests run them: a data folder of their own, nobody's Redis, nobody's mail."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="raut-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["RAUT_DATA_DIR"] = _folder
os.environ["RAUT_ENV_FILE"] = os.devnull
os.environ["REDIS_URL"] = "redis://127.0.0.1:1/0"  # nobody listens there: a test that needs Redis starts one

from webplatform.settings import *  # noqa: E402, F403  (the lines above decide what it reads)

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = [  # the first one is quick, and only here
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
REST_FRAMEWORK = {**REST_FRAMEWORK, "TEST_REQUEST_DEFAULT_FORMAT": "json"}  # noqa: F405
