"""What a file really is, from its first bytes; its name and declared type are not asked."""

from __future__ import annotations

import codecs
from enum import StrEnum

HEAD_BYTES = 4096


class Kind(StrEnum):
    """What the first bytes show."""

    EMPTY = "empty"
    MP4 = "mp4"
    MATROSKA = "matroska"
    IMAGE = "image"
    DOCUMENT = "document"
    PLAYLIST = "playlist"
    TEXT = "text"
    UNKNOWN = "unknown"


_STARTS = (
    (b"\x1a\x45\xdf\xa3", Kind.MATROSKA),
    (b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
    (b"\xff\xd8\xff", Kind.IMAGE),
    (b"GIF8", Kind.IMAGE),
    (b"BM", Kind.IMAGE),
    (b"II*\x00", Kind.IMAGE),
    (b"MM\x00*", Kind.IMAGE),
    (b"%PDF-", Kind.DOCUMENT),
    (b"PK\x03\x04", Kind.DOCUMENT),
    (b"\xd0\xcf\x11\xe0", Kind.DOCUMENT),
)
# ISO base media files that hold still pictures
_PICTURE_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"})
# boxes a QuickTime or MP4 film may begin with
_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
# ffmpeg would follow each of these to other files
_PLAYLIST_SIGNS = ("#extm3u", "ffconcat", "file '", 'file "', "<mpd", "[playlist]", "<smil", "<asx")


def kind_of(head: bytes) -> Kind:
    """The kind of a file that begins with `head` (up to HEAD_BYTES of it)."""
    if not head:
        return Kind.EMPTY
    if head[4:8] in _BOXES:
        is_picture = head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS
        return Kind.IMAGE if is_picture else Kind.MP4
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.IMAGE
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> Kind:
    lowered = head.decode("latin-1").lower()
    if any(sign in lowered[:512] for sign in _PLAYLIST_SIGNS):
        return Kind.PLAYLIST
    if "<svg" in lowered:
        return Kind.IMAGE
    if b"\x00" in head:
        return Kind.UNKNOWN
    for encoding in ("utf-8", "cp949"):
        try:
            # a letter cut by the end of the head is no fault
            codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return Kind.TEXT
    return Kind.UNKNOWN
