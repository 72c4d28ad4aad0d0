"""The data plane in Python: what runs for every message."""
