"""The servers that the tests run the program against.

One fake server (`server`) records what arrives and answers by `deviations`, or else by what stands
behind it: a store of its own with `rules` that may be a known server's (`standalone`), the
program's own server in this process (`in_process`), or a sound server on a socket
(`relay`). It is an ASGI app, a handler for httpx.MockTransport, and can be put on a socket
(`sockets`).

What an HTTP response cannot express is done on raw connections: `proxy` stands before a sound
server and breaks connections and bytes. `embedded_server` is the sound server for both, in a
thread of the test's process (`fixtures`).
"""
