"""HTTP to one server: credentials, retries, redirects, time-outs, errors; imports httpx alone."""
