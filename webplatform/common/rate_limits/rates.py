"""How often something may be done, as the settings write it."""

from webplatform.common.configuration.environment import unusable

WINDOWS_S = {"m": 60, "h": 3600, "d": 86400}


def rate_from(text: str, name: str) -> tuple[int, int]:
    """How many in how many seconds, of "60/m", "10/h" or "5/d" in the setting `name`; else ImproperlyConfigured."""
    most, _slash, window = text.strip().partition("/")
    if not (most.isascii() and most.isdecimal()) or int(most) < 1 or window not in WINDOWS_S:
        raise unusable(name, f"is “{text}”, which is no rate", "Write it as 60/m, 10/h or 5/d.")
    return int(most), WINDOWS_S[window]
