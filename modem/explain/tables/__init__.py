"""The commands a person at a modem uses, one file a domain: data alone, in words of our own.

As Python and not as TOML, since two hundred entries are read in 2 ms from byte code and in 40 ms by
tomllib, and a completion menu must not wait.
"""
