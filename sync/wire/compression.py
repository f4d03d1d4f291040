"""zstd with a dictionary trained on sales: a lone record has no neighbours to resemble.

Dictionaries are numbered files that never change once released; a message says which one it used. Number 0
is none, for data unlike sales.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from backports import zstd

from sync.errors import Garbled

NONE = 0
SALES = 1
LEVEL = 6  # beyond it a batch of 500 sales hardly shrinks, at several times the work
MAX_BYTES = 1024 * 1024  # of anything decompressed: a few bytes may claim to be gigabytes

# The envelope already proves the content, and the receiver knows the dictionary.
_TERSE: dict[int, int] = {
    zstd.CompressionParameter.compression_level: LEVEL,
    zstd.CompressionParameter.checksum_flag: 0,
    zstd.CompressionParameter.dict_id_flag: 0,
}


def compress(data: bytes, dictionary: int = NONE) -> bytes:
    return zstd.compress(data, options=_TERSE, zstd_dict=_load(dictionary))


def decompress(data: bytes, dictionary: int = NONE) -> bytes:
    """Raises `Garbled` if it is no such data, or more than `MAX_BYTES` of it."""
    decompressor = zstd.ZstdDecompressor(zstd_dict=_load(dictionary))
    try:
        plain = decompressor.decompress(data, max_length=MAX_BYTES + 1)
    except zstd.ZstdError as error:
        raise Garbled(str(error)) from error
    if len(plain) > MAX_BYTES:
        raise Garbled(f"more than {MAX_BYTES} bytes when decompressed")
    if not decompressor.eof or decompressor.unused_data:
        raise Garbled("compressed data is cut short or has a tail")
    return plain


@cache
def _load(dictionary: int) -> zstd.ZstdDict | None:
    if dictionary == NONE:
        return None
    file = files("sync.wire.dictionaries") / f"{dictionary}.zdict"
    if not file.is_file():
        raise Garbled(f"dictionary {dictionary} is not known here")
    return zstd.ZstdDict(file.read_bytes())
