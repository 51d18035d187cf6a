"""Requests and answers, whatever they are about: bodies, headers, ids, static files, errors, the thread of a view."""
