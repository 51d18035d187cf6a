"""One module for each kind of file; each has `write(content, out)`, which writes the whole of it to an opened file.

Two of them only help: `captions` the modules of captions, `csv_lines` those of CSV.
"""
