"""How often something may be done, as the settings write it."""

from django.core.exceptions import ImproperlyConfigured

WINDOWS_S = {"m": 60, "h": 3600, "d": 86400}


def rate_from(text: str) -> tuple[int, int]:
    """How many in how many seconds, of "60/m", "10/h" or "5/d". Raises ImproperlyConfigured for anything else."""
    most, _slash, window = text.strip().partition("/")
    if not most.isdecimal() or int(most) < 1 or window not in WINDOWS_S:
        raise ImproperlyConfigured(f"“{text}” is no rate; write it as 60/m, 10/h or 5/d.")
    return int(most), WINDOWS_S[window]
