"""Profiles, settings, folders, API keys, and the identity of the account that a key opens."""
