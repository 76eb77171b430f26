"""Runs: turns of a chat model over the messages of a thread, and the backends that answer them.

- `chat`: what the executor of a run and a chat model exchange;
- `chunks`: the answer of a chat-completions backend into events, without any I/O, with the rules
  of `tool_calls` and `think_tags`;
- `backend`: one backend over HTTP, with what `adaptation` learned of it, `backend_errors`,
  `forced_output` and `token_estimate`; `backends`: the choice among several;
- `prompt`: the history of a thread into the messages of a request, without any I/O.
"""
