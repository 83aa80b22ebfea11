"""The emnify side: the REST client, the webhook receiver, and (`simulator/`) a simulated platform.

Facts about the platform carry the marks of its documents in the comments: "documented", "observed"
in recorded traffic, or "unknown", where we read leniently and send conservatively.
"""
