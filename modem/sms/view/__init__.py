"""A message as people and programs read it: the octets field by field, and the keys of the JSON.

keys      the keys that `pdu decode --json` promises
fields    the octets, field by field, with what they mean
drawing   these fields as aligned lines
words     what single values mean; `flags` are of single bits, `elements` of a header

Nothing is printed here: `modem.cli` does that. Every line that `drawing` makes is safe to show on a
terminal, whatever a message holds; the JSON's strings are as they came.
"""

from __future__ import annotations

from modem.sms.layout import counted
from modem.sms.view.drawing import draw
from modem.sms.view.elements import language_words
from modem.sms.view.fields import Field, fields
from modem.sms.view.keys import Json, as_json
from modem.sms.view.words import escaped

__all__ = ["Field", "Json", "as_json", "counted", "draw", "escaped", "fields", "language_words"]
