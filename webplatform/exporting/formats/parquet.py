"""Parquet: the long table with types, column by column, for data frames."""

from __future__ import annotations

from itertools import islice
from typing import IO

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from webplatform.exporting.content import Content
from webplatform.exporting.tables import reading_columns, reading_rows

ROWS_AT_ONCE = 20_000
TYPES = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "yesno": pa.bool_()}


def write(content: Content, out: IO[bytes]) -> None:
    """Every reading, in groups of rows that are never in memory together."""
    columns = reading_columns(content)
    schema = pa.schema(
        [pa.field(c.name, TYPES[c.kind], metadata={"meaning": c.meaning, "unit": c.unit}) for c in columns]
    )
    rows = reading_rows(content)
    with ParquetWriter(out, schema, compression="zstd") as writer:
        while page := list(islice(rows, ROWS_AT_ONCE)):
            cells = zip(*page, strict=True)
            arrays = [pa.array(list(cell), field.type) for cell, field in zip(cells, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
