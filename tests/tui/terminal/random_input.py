"""Bytes as terminals send them, and as none does; from a seeded source of chance."""

from random import Random

_NUMBERS = (0, 1, 2, 3, 5, 27, 97, 200, 255, 257, 55_296, 57_441, 1_114_112, 10**9, 10**30)
_FINALS = b"u~ABCDEFHPQRSMmtcnxyRIO$"
_PRINTABLE = bytes(range(0x20, 0x7F))


def rubbish(chance: Random) -> bytes:
    """A sequence of any kind: a key, an answer, a report, a paste, or what is none of them."""
    return chance.choice(_KINDS)(chance)


def control_string(chance: Random) -> bytes:
    """An answer of a terminal that means nothing to the program."""
    return chance.choice((_string, _private))(chance)


def _string(chance: Random) -> bytes:
    start, end = chance.choice(b"]P_^X"), chance.choice((b"\x1b\\", b"\x1b\\", b"\x07"))
    said = bytes(chance.choices(_PRINTABLE, k=chance.randrange(1, 30)))
    return bytes([0x1B, start]) + said + chance.choice((b"", "é日".encode())) + end


def _private(chance: Random) -> bytes:
    numbers = ";".join(str(chance.choice(_NUMBERS)) for _ in range(chance.randrange(5)))
    return f"\x1b[{chance.choice('?>=')}{numbers}{chance.choice('cunRtxS')}".encode()


def _fields(chance: Random) -> bytes:
    fields = (
        ":".join(str(chance.choice(_NUMBERS)) for _ in range(chance.randrange(4)))
        for _ in range(chance.randrange(5))
    )
    return f"\x1b[{';'.join(fields)}".encode() + bytes([chance.choice(_FINALS)])


def _mouse(chance: Random) -> bytes:
    numbers = (chance.choice((0, 1, 35, 64, 65, 99, 999, -1, 10**7)) for _ in range(3))
    return "\x1b[<{};{};{}".format(*numbers).encode() + chance.choice((b"M", b"m", b""))


def _csi(chance: Random) -> bytes:
    inside = bytes(chance.choices(b"0123456789;:<=>?$ ", k=chance.randrange(14)))
    return b"\x1b[" + inside + bytes([chance.randrange(0x20, 0x7F)])


def _noise(chance: Random) -> bytes:
    return chance.randbytes(chance.randrange(6))


def _escaped(chance: Random) -> bytes:
    return bytes([0x1B, chance.randrange(256)])


def _bracket(chance: Random) -> bytes:
    return chance.choice((b"\x1b[200~", b"\x1b[201~", b"\x1b[201~"))


def _report(chance: Random) -> bytes:
    numbers = (chance.choice(_NUMBERS) for _ in range(4))
    size = "\x1b[48;{};{};{};{}t".format(*numbers).encode()
    modes = (b"\x1b[?2026;2$y", b"\x1b[?2048;2$y")
    return chance.choice((b"\x1b[I", b"\x1b[O", *modes, size, b"\x1b[1;1R"))


def _keys(chance: Random) -> bytes:
    return chance.choice((b"j", b"\x1bOA", b"\x1b[15~", "é日".encode(), b"\x00", b"\x1b", b"\xc3"))


_KINDS = (
    _string,
    _private,
    _fields,
    _mouse,
    _csi,
    _noise,
    _escaped,
    _bracket,
    _report,
    _keys,
)
