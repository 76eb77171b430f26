"""The servers that the tests run the program against.

- `server`: the fake server, with a known server's `deviations` plugged in, as an ASGI application;
- `raw_server`: one that answers with raw JSON, however hostile;
- `embedded_server`: the server of the program on a socket, in a thread (`fixtures`);
- `relay` and `proxy`: stand before that, and change what goes through as HTTP or as bytes;
- `sockets`: puts any of them on a socket.
"""
