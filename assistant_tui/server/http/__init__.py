"""HTTP: connections, who may call, requests to values and values to responses."""
