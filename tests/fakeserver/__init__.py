"""The servers that the tests run the program against.

One fake server (`server`) records what arrives and answers by `deviations`, or else by what stands
behind it: a store of its own with `rules` that may be a known server's (`standalone`), an ASGI app
in this process, such as the program's own server (`in_process`), or a sound server on a socket
(`relay`). It is an ASGI app, its `respond` is a handler for httpx.MockTransport, and `sockets`
puts it on a socket. `embedded_server` is the sound server, in a thread of the test's process
(`fixtures`).

It answers with whole responses. What those cannot express has a shape of its own:

- `streaming_app`: an ASGI app that a test writes part by part, for the moments between the head
  of a response, its parts, and a reader who leaves;
- `raw_sockets`: bytes that are no HTTP, and TLS;
- `proxy`: a TCP proxy before a sound server, which resets connections and breaks answers.
"""
