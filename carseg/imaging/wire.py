"""Messages through a socket between two processes of this machine; open files travel with them."""

import array
import socket
import struct

_HEAD = struct.Struct("<Q")
_ONE = array.array("i").itemsize


def send(to: socket.socket, data: bytes, handle: int | None = None) -> None:
    """Send bytes, and with them an open file if ``handle`` names one."""
    head = _HEAD.pack(len(data))
    if handle is None:
        to.sendall(head)
    else:
        rights = array.array("i", [handle])
        to.sendmsg([head], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    to.sendall(data)


def receive(source: socket.socket) -> tuple[bytes, list[int]]:
    """A message and the open files that came with it. Raises EOFError if the other side is gone."""
    head, extra, *_ = source.recvmsg(_HEAD.size, socket.CMSG_SPACE(_ONE))
    handles = array.array("i")
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            handles.frombytes(data[: len(data) - len(data) % _ONE])
    head += _exactly(source, _HEAD.size - len(head)) if head else b""
    if not head:
        raise EOFError
    (size,) = _HEAD.unpack(head)
    return bytes(_exactly(source, size)), list(handles)


def _exactly(source: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        more = source.recv_into(view[at:])
        if not more:
            raise EOFError
        at += more
    return data
