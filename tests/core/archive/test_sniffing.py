from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.archive.adapters.sandboxed.sniff import Kind, kind_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", Kind.EMPTY),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", Kind.MP4),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", Kind.MP4),
        (b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00", Kind.IMAGE),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", Kind.IMAGE),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", Kind.MATROSKA),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Kind.IMAGE),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", Kind.IMAGE),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Kind.IMAGE),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", Kind.IMAGE),
        (b"%PDF-1.7\n", Kind.DOCUMENT),
        (b"PK\x03\x04\x14\x00", Kind.DOCUMENT),
        (b"ffconcat version 1.0\nfile other.mp4\n", Kind.PLAYLIST),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///x.ts\n", Kind.PLAYLIST),
        (b"\xef\xbb\xbf#EXTM3U\n", Kind.PLAYLIST),
        (b"file 'other.mp4'\n", Kind.PLAYLIST),
        (b'<?xml version="1.0"?><MPD xmlns="urn">', Kind.PLAYLIST),
        ("보고 싶은 누님께".encode(), Kind.TEXT),
        ("보고 싶은 누님께".encode("cp949"), Kind.TEXT),
        ("보고 싶은 누님께".encode()[:-1], Kind.TEXT),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", Kind.UNKNOWN),
        (b"\xff\xfe\xfd\xff\xff", Kind.UNKNOWN),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, kind: Kind) -> None:
    assert kind_of(head) is kind


@given(head=st.binary(max_size=300))
def test_any_bytes_have_a_kind(head: bytes) -> None:
    assert kind_of(head) in Kind
