"""The start of the program and its end: what happens before the first frame and after the last.

The start has three stages; `tests/architecture/test_start_up.py` holds what each may import.

1. Arguments, settings, and the frame that an earlier start has remembered (`remembered_frame`).
   Only the standard library, platformdirs, `cli`, `config`, the private files of `storage`, the
   rows of `core` and `services.listing_cache` are imported, so that the frame is drawn within the
   first 100 ms.
2. The screen with the cached rows (`profile_opening`). Textual and `tui` are imported. Put off are
   the HTTP client, the models, the embedded server, SQLite and whatever belongs to a part of the
   screen that a person has to open first: form, filter, palette, Markdown.
3. The service (`profile_opening`), in a thread, once the screen takes keys.

`shutdown` ends the process in time whatever it does, `terminal_state` puts the terminal back, and
`diagnostics` writes the crash report and the log of requests.
"""
