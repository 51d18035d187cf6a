"""What a coded picture says before it is decoded: whether other pictures need it, and whether bytes are missing."""

from __future__ import annotations

from av.video.codeccontext import VideoCodecContext

# Source: own. A zero-filled stretch of a file; none of these codecs writes that many zero bytes in a row (H.264 and
# HEVC may not write three: ITU-T H.264, 7.4.1; the others' entropy coding leaves no such run).
_HOLE = bytes(512)
_DENSE_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4"}) | frozenset(
    {"wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "h263", "flv", "mpeg1video", "mpeg2video"}
)
_STUFFED_CODECS = frozenset({"mpeg1video", "mpeg2video"})  # zeros may follow a picture: ISO/IEC 13818-2, 5.2.3
INTRA_CODECS = frozenset({"mjpeg", "prores"})
"""Codecs whose every picture stands alone, so that one that is not looked at need not be decoded."""

_PRORES_FRAME = b"icpf"  # SMPTE RDD 36, 5.1
_START_OF_IMAGE = b"\xff\xd8"  # ITU-T T.81, table B.1
_END_OF_IMAGE = b"\xff\xd9"  # ITU-T T.81, table B.1
_SLICES = range(1, 6)  # ITU-T H.264, table 7-1
_LENGTH_OFFSET = {"h264": 4, "hevc": 21}  # ISO/IEC 14496-15, 5.3.3.1.2 and 8.3.3.1.2
_HEVC_AFRESH = range(16, 22)  # ITU-T H.265, table 7-1: a picture where decoding may begin
_H264_AFRESH = 5  # a picture that also ends all that was decoded before it
_SETTINGS = {"h264": frozenset({7, 8}), "hevc": frozenset({32, 33, 34})}  # parameter sets
_START_CODE = b"\0\0\0\1"  # ITU-T H.264, annex B
_VOP_START = b"\x00\x00\x01\xb6"  # ISO/IEC 14496-2, table 6-3
_VOP_B = 2  # ISO/IEC 14496-2, table 6-20


def has_hole(data: bytes, codec: str) -> bool:
    """Whether a coded picture was partly overwritten with zeros.

    Args:
        data: one packet of the stream.
        codec: ffmpeg's name of the codec.
    """
    if codec == "mjpeg":  # a plain picture may well be coded as zeros, but its last two bytes are not
        return data.endswith(_HOLE) and not data.rstrip(b"\0").endswith(_END_OF_IMAGE)
    if codec in _STUFFED_CODECS:
        data = data.rstrip(b"\0")
    return codec in _DENSE_CODECS and _HOLE in data


def is_torn(data: bytes, context: VideoCodecContext) -> bool:
    """Whether the pieces of a coded H.264 or HEVC picture do not add up to its size, as far as they state theirs.

    Args:
        data: one packet, as MP4 and Matroska store it; others are never said to be torn.
        context: the stream's decoder, for its codec and its extra data.
    """
    length_bytes = _length_bytes(context)
    if not length_bytes or data.startswith(_START_CODE):
        return False
    offset = 0
    while offset + 4 <= len(data):  # Source: ffmpeg, which overlooks what is shorter
        size = int.from_bytes(data[offset : offset + length_bytes])
        offset += length_bytes + size
        if size == 0 or offset > len(data):
            return True
    return False


def starts_afresh(data: bytes, context: VideoCodecContext) -> bool:
    """Whether decoding may begin with this key frame, and nothing after it that is shown later needs what came before.

    Args:
        data: one packet that the file calls a key frame, as MP4 and Matroska store it.
        context: the stream's decoder, for its codec and its extra data.
    """
    if context.name not in _SETTINGS:
        return True
    kinds = [kind for kind in _unit_types(data, context) if kind < (32 if context.name == "hevc" else 6)]
    if context.name == "hevc":
        return bool(kinds) and all(kind in _HEVC_AFRESH for kind in kinds)
    return bool(kinds) and all(kind == _H264_AFRESH for kind in kinds)


def settings_in(data: bytes, context: VideoCodecContext) -> frozenset[int]:
    """Return which kinds of parameter sets a packet carries, beside those in the file's header; none in most codecs.

    Args:
        data, context: as in `starts_afresh`.
    """
    kinds = _SETTINGS.get(context.name)
    return kinds.intersection(_unit_types(data, context)) if kinds else frozenset()


def is_disposable(data: bytes, context: VideoCodecContext) -> bool:
    """Whether no other picture refers to this one, as far as it is whole and says so itself.

    H.264 says it by nal_ref_idc = 0 in each slice (ITU-T H.264, 7.4.1), MPEG-4 part 2 by the B type; VP8 says it
    inside its coded header, which only the decoder reads, so that any of its packets may be. Motion JPEG and ProRes
    never refer to another picture (`INTRA_CODECS`): there it is enough that both ends are where they should be.

    Args:
        data: one packet, as MP4 and Matroska store it.
        context: the stream's decoder, for its codec and its extra data.
    """
    if context.name == "h264":
        return _is_disposable_h264(data, context)
    if context.name == "mpeg4":
        offset = data.find(_VOP_START)
        return 0 <= offset < len(data) - 4 and data[offset + 4] >> 6 == _VOP_B
    if context.name == "mjpeg":
        return data.startswith(_START_OF_IMAGE) and data.rstrip(b"\0").endswith(_END_OF_IMAGE)
    if context.name == "prores":
        return data[4:8] == _PRORES_FRAME and int.from_bytes(data[:4]) == len(data)
    return context.name == "vp8"


def _length_bytes(context: VideoCodecContext) -> int:
    """How many bytes state the size of each piece of a picture; 0 where none do."""
    offset, extradata = _LENGTH_OFFSET.get(context.name), context.extradata
    if offset is None or not extradata or extradata[0] != 1 or len(extradata) <= offset:
        return 0
    return (extradata[offset] & 3) + 1


def _unit_types(data: bytes, context: VideoCodecContext) -> list[int]:
    """The types of the NAL units of an H.264 or HEVC packet, as far as it is whole."""
    length_bytes, types, offset = _length_bytes(context), [], 0
    while length_bytes and offset + length_bytes < len(data):
        size = int.from_bytes(data[offset : offset + length_bytes])
        offset += length_bytes
        types.append(data[offset] >> 1 & 63 if context.name == "hevc" else data[offset] & 31)
        offset += size
    return types


def _is_disposable_h264(data: bytes, context: VideoCodecContext) -> bool:
    length_bytes = _length_bytes(context)
    if not length_bytes:
        return False
    offset, slices = 0, 0
    while offset + length_bytes < len(data):
        size = int.from_bytes(data[offset : offset + length_bytes])
        offset += length_bytes
        if size == 0 or offset + size > len(data):
            return False
        header = data[offset]
        if header & 31 in _SLICES:
            if header >> 5 & 3 or b"\0\0\0" in data[offset : offset + size].rstrip(b"\0"):
                return False
            slices += 1
        offset += size
    return slices > 0
