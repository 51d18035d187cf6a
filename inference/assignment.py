"""Exact assignment of rows to columns at the least total cost; small enough to need no SciPy at run time."""

from __future__ import annotations

import math
from collections.abc import Sequence

_FORBIDDEN = 1e6  # more than any sum of allowed costs: a pair is given up only when no allowed one is left


def assign_pairs(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pair as many rows and columns as possible at the least total cost.

    Args:
        costs: one row for each left item, one column for each right item, each far below 1e6; `inf` forbids a pair.
    Returns:
        (row, column) pairs, ordered by row; no row or column twice.
    Source: Kuhn 1955, "The Hungarian Method for the Assignment Problem", in the O(n^3) form with potentials
    (Jonker & Volgenant 1987).
    """
    if not costs or not costs[0]:
        return []
    flipped = len(costs) > len(costs[0])
    rows = [list(column) for column in zip(*costs, strict=True)] if flipped else [list(row) for row in costs]
    matrix = [[min(cost, _FORBIDDEN) for cost in row] for row in rows]
    pairs = [(row, column) for row, column in enumerate(_solve(matrix)) if math.isfinite(rows[row][column])]
    return sorted((column, row) if flipped else (row, column) for row, column in pairs)


def _solve(matrix: list[list[float]]) -> list[int]:
    """Return the column of each row; there must be at least as many columns as rows."""
    count, width = len(matrix), len(matrix[0])
    row_potential, column_potential = [0.0] * (count + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)  # row (from 1) that holds a column; column 0 is the start of each search
    for row in range(1, count + 1):
        owner[0] = row
        previous = _search(matrix, owner, row_potential, column_potential)
        column = previous.pop(0)
        while column:
            owner[column] = owner[previous[column - 1]]
            column = previous[column - 1]
    chosen = [0] * count
    for column in range(1, width + 1):
        if owner[column]:
            chosen[owner[column] - 1] = column - 1
    return chosen


def _search(
    matrix: list[list[float]], owner: list[int], row_potential: list[float], column_potential: list[float]
) -> list[int]:
    """Grow a tree of tight edges until a free column is reached; return [that column, then each one's predecessor]."""
    width = len(matrix[0])
    slack, previous, visited = [math.inf] * (width + 1), [0] * (width + 1), [False] * (width + 1)
    column = 0
    while owner[column]:
        visited[column] = True
        row, nearest, delta = owner[column], 0, math.inf
        for other in range(1, width + 1):
            if visited[other]:
                continue
            reduced = matrix[row - 1][other - 1] - row_potential[row] - column_potential[other]
            if reduced < slack[other]:
                slack[other], previous[other] = reduced, column
            if slack[other] < delta:
                delta, nearest = slack[other], other
        for other in range(width + 1):
            if visited[other]:
                row_potential[owner[other]] += delta
                column_potential[other] -= delta
            else:
                slack[other] -= delta
        column = nearest
    return [column, *previous[1:]]
