"""Media at rest: files that only their key opens, in a folder or an object store, and the keys, one for each session.

It knows no other app and no request. `history.media` says which key belongs to which session.
"""
