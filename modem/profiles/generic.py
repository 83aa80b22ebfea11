"""A modem that does what 3GPP TS 27.005 and 27.007 say, and of which nothing else is known."""

from modem.profiles.model import Profile

GENERIC = Profile(name="generic", title="any modem, by the standard")
