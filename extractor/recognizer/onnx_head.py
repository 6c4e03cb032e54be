"""An ONNX network without its last layer, so that only the classes that are asked for need be computed.

An ONNX file is one message of Protocol Buffers: fields, each a number and its content, some of which are messages
again. This reads and leaves out fields, and knows nothing else of the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from extractor.values import Floats

GRAPH = 7
"""The number of the graph among the fields of a model."""

NODE, INITIALIZER, OUTPUT = 1, 5, 12
"""Numbers of fields of the graph: the nodes in the order of their work, constant tensors, what the network gives."""

INPUTS, OUTPUTS, OPERATION = 1, 2, 4
"""Numbers of fields of a node: the names of what it takes and gives, and what it does."""

NAME = 1
"""The number of the name among the fields of an output."""

TENSOR_NAME, TENSOR_BYTES = 8, 9

BYTES = 2
"""The kind of field that is a number of bytes: text, a message, or a tensor's content."""

CONTINUED = 0x80
"""The bit of a byte of a whole number after which more bytes follow."""

FIXED = {0: None, 1: 8, 5: 4}
"""How many bytes the other kinds of field take; None where CONTINUED says it."""


class _Field(NamedTuple):
    """One field of a message: its number, its content where that is bytes, and the field as it stands there."""

    number: int
    content: memoryview
    whole: memoryview


def without_head(model: bytes) -> tuple[bytes, Floats, Floats]:
    """`model`, the bytes of an ONNX file, without its last matrix product and all that follows, and the weights, shape
    (features, classes), and offsets, shape (classes,), of that product. Raises ValueError where it does not end so."""
    parts = list(_fields(memoryview(model)))
    graph = list(_fields(next(part.content for part in parts if part.number == GRAPH)))
    nodes = [field for field in graph if field.number == NODE]
    products = (i for i in reversed(range(len(nodes))) if _of(nodes[i], OPERATION) == [b"MatMul"])
    last = next(products, len(nodes))
    if last + 1 >= len(nodes) or _of(nodes[last + 1], OPERATION) != [b"Add"]:
        raise ValueError("the network does not end with a matrix product and offsets")
    features, weights = _of(nodes[last], INPUTS)
    offsets = _of(nodes[last + 1], INPUTS)[1]
    tensors = {_of(field, TENSOR_NAME)[0].tobytes(): field for field in graph if field.number == INITIALIZER}
    head = [tensors[name.tobytes()] for name in (weights, offsets)]
    matrix, vector = (np.frombuffer(_of(tensor, TENSOR_BYTES)[0], "<f4") for tensor in head)
    left_out = {field.content for field in (*nodes[last:], *head)}
    kept = [field.whole for field in graph if field.number != OUTPUT and field.content not in left_out]
    cut = b"".join((*kept, _written(OUTPUT, _written(NAME, features))))
    rest = [part.whole for part in parts if part.number != GRAPH]
    return b"".join((*rest, _written(GRAPH, cut))), matrix.reshape(-1, len(vector)).copy(), vector.copy()


def _of(field: _Field, number: int) -> list[memoryview]:
    """The contents of all fields with that number in the message that is the content of `field`."""
    return [inner.content for inner in _fields(field.content) if inner.number == number]


def _fields(message: memoryview) -> Iterator[_Field]:
    """The fields of `message` in order; nothing is copied."""
    place = 0
    while place < len(message):
        start = place
        key, place = _whole_number(message, place)
        if key & 7 == BYTES:
            size, place = _whole_number(message, place)
        else:
            fixed = FIXED[key & 7]
            size = fixed if fixed is not None else _whole_number(message, place)[1] - place
        begin, place = place, place + size
        yield _Field(key >> 3, message[begin : place if key & 7 == BYTES else begin], message[start:place])


def _whole_number(message: memoryview, place: int) -> tuple[int, int]:
    """The whole number at `place`, seven bits to a byte, the lowest first, and the place after it."""
    value = shift = 0
    while message[place] & CONTINUED:
        value, shift, place = value | (message[place] & ~CONTINUED) << shift, shift + 7, place + 1
    return value | message[place] << shift, place + 1


def _written(number: int, content: bytes | memoryview) -> bytes:
    """A field with that number and content as it stands in a message."""
    return _bytes_of(number << 3 | BYTES) + _bytes_of(len(content)) + bytes(content)


def _bytes_of(value: int) -> bytes:
    """A whole number as `_whole_number` reads it."""
    return (
        bytes((value,)) if value < CONTINUED else bytes((value & (CONTINUED - 1) | CONTINUED,)) + _bytes_of(value >> 7)
    )
