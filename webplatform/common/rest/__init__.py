"""The REST API, whatever it is about: fields and parameters, pages of lists, errors, its document, its answers."""
