"""Size classes: a sealed thing shows only which power of two its content fits in.

Source: safety.md T05 and T16; spec/envelope.md, section *Size classes*.
"""

from __future__ import annotations

from sangbong.kernel.errors import SangbongError

BODY_CLASS_MIN = 4 * 1024
BODY_CLASS_MAX = 64 * 1024 * 1024
BUNDLE_CLASS_MIN = 64 * 1024
BUNDLE_CLASS_MAX = 128 * 1024 * 1024


def size_class(length: int, *, smallest: int, largest: int) -> int:
    """The smallest class of `smallest` x 2^k bytes that holds `length` bytes.

    Raises:
        SangbongError: `liaison.too_large`, the writer's fault: more than `largest` bytes.
    """
    size = smallest
    while size < length:
        size *= 2
    if size > largest:
        raise SangbongError("liaison.too_large", bytes=length, limit=largest)
    return size


def is_size_class(size: int, *, smallest: int, largest: int) -> bool:
    """Whether a stated size is one of the classes."""
    return (
        smallest <= size <= largest and size % smallest == 0 and (size // smallest).bit_count() == 1
    )


def pad(content: bytes, *, smallest: int, largest: int) -> bytes:
    """Fill content up with zero bytes to its class; the content says its own length.

    Raises:
        SangbongError: `liaison.too_large`, the writer's fault.
    """
    size = size_class(len(content), smallest=smallest, largest=largest)
    return content + bytes(size - len(content))
