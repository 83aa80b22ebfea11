"""Typed 3GPP TS 27.005 and 27.007 commands: pure pairs, `x() -> Command`, `parse_x(Response)`.

One module a domain: `control`, `identity`, `sim`, `network`, `context`, `messages`; `secrets` tells
which commands carry credentials, `answer` holds what the parsers share. Nothing here
waits, logs or knows a profile; the order of user and password comes in as an argument. Whatever
stands between quotes in an AT line goes through `modem.at.parameters.quote`. A parser raises
ProtocolError and nothing else; what belongs to a secret command is in no error.

Time-outs name their reason where they differ from five seconds, within which every command that
needs neither network nor card nor flash is answered.
"""
