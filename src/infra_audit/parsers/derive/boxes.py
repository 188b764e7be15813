"""Exact arithmetic on sets of packets that are products of intervals."""

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]
"""First and last value."""
Box = tuple[Interval, ...]
"""One interval for each dimension: the packets whose values lie in all of them."""

MOST = 400
"""Pieces that may be left of one set while others are taken away; a set in more pieces is not decided."""


class TooManyPiecesError(Exception):
    """A set fell into more pieces than are followed."""


def meet(one: Box, other: Box) -> bool:
    """Return whether two boxes have a packet in common."""
    for (first, last), (others_first, others_last) in zip(one, other, strict=True):  # asked for every pair of entries
        if first > others_last or others_first > last:
            return False
    return True


def minus(box: Box, taken: Box) -> list[Box]:
    """Return the packets of a box that lie outside another, as boxes without overlap."""
    if not meet(box, taken):
        return [box]
    left: list[Box] = []
    rest = list(box)
    for place, (own, other) in enumerate(zip(box, taken, strict=True)):
        if own[0] < other[0]:
            left.append((*rest[:place], (own[0], other[0] - 1), *rest[place + 1 :]))
        if own[1] > other[1]:
            left.append((*rest[:place], (other[1] + 1, own[1]), *rest[place + 1 :]))
        rest[place] = (max(own[0], other[0]), min(own[1], other[1]))
    return left


def left_of(boxes: Sequence[Box], taken: Iterable[Sequence[Box]]) -> tuple[list[Box], list[int]]:
    """Return what is left of a set when other sets are taken away one after the other, and which of them took something.

    Raises TooManyPiecesError when the rest falls into more pieces than are followed.
    """
    rest = list(boxes)
    takers = []
    for number, others in enumerate(taken):
        before = rest
        for other in others:
            cut = [meet(box, other) for box in rest]
            if any(cut):
                rest = [
                    piece
                    for box, is_cut in zip(rest, cut, strict=True)
                    for piece in (minus(box, other) if is_cut else (box,))
                ]
                if len(rest) > MOST:
                    raise TooManyPiecesError
        if rest is not before:
            takers.append(number)
        if not rest:
            break
    return rest, takers
