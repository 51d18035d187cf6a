"""One module per kind of file; each has `write(content, out)`, which writes the whole of it to an opened file."""
