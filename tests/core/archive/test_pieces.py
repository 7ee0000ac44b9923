from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.archive.core import pieces
from sangbong.archive.core.pieces import MAGIC, PIECE_BYTES, TAG_BYTES
from sangbong.kernel.errors import SangbongError

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
OBJECT_ID = "ab" * 32
SIZES = st.one_of(
    st.integers(0, 200),
    st.sampled_from([PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]),
)


def content_of(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def sealed(content: bytes, chunk: int = 50_000) -> bytes:
    chunks = (content[at : at + chunk] for at in range(0, len(content), chunk))
    return b"".join(pieces.seal(chunks, data_key=KEY))


def opened(file: bytes, size: int, key: bytes = KEY) -> bytes:
    return b"".join(
        pieces.open_whole(
            object_id=OBJECT_ID, size=size, data_key=key, read_at=lambda at, n: file[at : at + n]
        )
    )


def fault(file: bytes, size: int) -> tuple[str, dict[str, object]]:
    with pytest.raises(SangbongError) as caught:
        opened(file, size)
    return caught.value.code, caught.value.params


@given(size=SIZES, chunk=st.integers(1, 70_000).filter(lambda n: n == 1 or n > 500))
def test_what_was_sealed_opens_to_the_same_bytes(size: int, chunk: int) -> None:
    content = content_of(size)
    file = sealed(content, max(chunk, size // 40 + 1))
    assert len(file) == pieces.sealed_size(size)
    assert opened(file, size) == content


@given(size=SIZES, start=st.integers(-5, 4 * PIECE_BYTES), length=st.integers(-5, 3 * PIECE_BYTES))
def test_a_range_is_the_same_bytes_as_the_cut_content(size: int, start: int, length: int) -> None:
    content, file = content_of(size), sealed(content_of(size))
    got = pieces.open_range(
        object_id=OBJECT_ID,
        size=size,
        data_key=KEY,
        read_at=lambda at, n: file[at : at + n],
        start=start,
        end=start + length,
    )
    assert b"".join(got) == content[max(start, 0) : max(start + length, start, 0)]


def test_a_range_reads_only_the_pieces_that_hold_it() -> None:
    size = 10 * PIECE_BYTES
    file, asked = sealed(content_of(size)), []

    def read_at(at: int, length: int) -> bytes:
        asked.append(at)
        return file[at : at + length]

    got = pieces.open_range(
        object_id=OBJECT_ID,
        size=size,
        data_key=KEY,
        read_at=read_at,
        start=3 * PIECE_BYTES + 10,
        end=4 * PIECE_BYTES + 10,
    )
    assert b"".join(got) == content_of(size)[3 * PIECE_BYTES + 10 : 4 * PIECE_BYTES + 10]
    assert asked == [len(MAGIC) + n * (PIECE_BYTES + TAG_BYTES) for n in (3, 4)]


@given(at=st.integers(0, pieces.sealed_size(2 * PIECE_BYTES + 100) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_found(at: int, bit: int) -> None:
    size = 2 * PIECE_BYTES + 100
    file = bytearray(sealed(content_of(size)))
    file[at] ^= 1 << bit
    code, params = fault(bytes(file), size)
    assert code == "archive.object_damaged"
    assert params["piece"] == max(0, at - len(MAGIC)) // (PIECE_BYTES + TAG_BYTES)


def test_swapped_pieces_are_found() -> None:
    size = 3 * PIECE_BYTES
    file, step = sealed(content_of(size)), PIECE_BYTES + TAG_BYTES
    head, first, second = file[:8], file[8 : 8 + step], file[8 + step : 8 + 2 * step]
    swapped = head + second + first + file[8 + 2 * step :]
    assert fault(swapped, size) == (
        "archive.object_damaged",
        {"object_id": OBJECT_ID[:12], "piece": 0},
    )


@pytest.mark.parametrize("kept", [0, 7, 8, 100, 8 + PIECE_BYTES + TAG_BYTES, 100_000])
def test_a_file_cut_short_is_found(kept: int) -> None:
    size = 2 * PIECE_BYTES
    assert fault(sealed(content_of(size))[:kept], size)[0] == "archive.object_damaged"


def test_a_file_cut_at_a_piece_does_not_pass_as_a_shorter_object() -> None:
    file = sealed(content_of(2 * PIECE_BYTES))[: pieces.sealed_size(PIECE_BYTES)]
    assert fault(file, PIECE_BYTES)[0] == "archive.object_damaged"


def test_bytes_after_the_end_are_found() -> None:
    assert fault(sealed(content_of(10)) + b"x", 10) == (
        "archive.object_damaged",
        {"object_id": OBJECT_ID[:12], "piece": 1},
    )


def test_another_data_key_opens_nothing() -> None:
    with pytest.raises(SangbongError, match="object_damaged"):
        opened(sealed(b"letter"), 6, OTHER_KEY)


def test_a_wrapped_key_opens_under_its_archive_key_and_its_object_only() -> None:
    wrapped = pieces.wrap_key(
        archive_key=KEY, data_key=OTHER_KEY, nonce=bytes(12), object_id=OBJECT_ID
    )

    def unwrap(archive_key: bytes, wrapped_key: bytes, object_id: str) -> bytes:
        return pieces.unwrap_key(
            archive_key=archive_key, wrapped_key=wrapped_key, object_id=object_id
        )

    assert unwrap(KEY, wrapped, OBJECT_ID) == OTHER_KEY
    for key, data, object_id in (
        (OTHER_KEY, wrapped, OBJECT_ID),
        (KEY, wrapped, "cd" * 32),
        (KEY, wrapped[:-1], OBJECT_ID),
        (KEY, b"", OBJECT_ID),
    ):
        with pytest.raises(SangbongError, match=r"archive\.wrong_key"):
            unwrap(key, data, object_id)
