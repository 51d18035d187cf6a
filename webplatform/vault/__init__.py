"""Media at rest: files that only their key opens, and the keys, one for each session, that erasing forgets.

Not an app: it knows neither models nor requests. `history.media` says which key belongs to which session.
"""
