"""OMA Client Provisioning: the message by which operators set up telephones (port 2948).

    message  = WSP push, with SEC and MAC among its headers, of a document         wsp.py
    document = WBXML of PROV 1.0 with the tokens of 1.1, or XML                    wbxml.py, xml.py

Of the document one access point is taken (napdef.py): its APN, and user, password and PAP or CHAP.
Everything else in it (proxies, bookmarks, name servers, applications) is passed over. A PDP type
can't be said. Nothing is answered in this dialect, since a phone doesn't answer either: the answer
is the plain one.

Not understood: USERPINMAC is read, but proves nothing where nobody types; VALIDITY and VALIDUNTIL
aren't looked at.

Its faults: no counter and no time, so a message is good for ever; not for one device; not secret;
NETWPIN is made with the IMSI, which is no secret; a PIN of four digits is found from one message.

Where it is from: OMA-WAP-TS-ProvCont-V1_1 and -ProvBoot-V1_1, WAP-192-WBXML, WAP-230-WSP; as sent
by Kannel (gw/ota_prov.c) and read by libwbxml and Wireshark.
"""

from __future__ import annotations

from apn_config.dialects.dialect import Around, Dialect
from apn_config.dialects.omacp.reading import NAME, read
from apn_config.model import Form, Message, Outcome, Parsed


def parse(message: Message) -> Parsed:
    """Read a message. Never raises.

    `at` of a refusal counts octets of the message from 1; for bad-apn, bad-user and bad-pass it
    counts characters of the value.
    """
    return read(message).parsed


def say(_outcome: Outcome, _form: Form, _around: Around) -> None:
    """A phone answers nothing: the plain dialect's words are sent."""
    return


DIALECT = Dialect(
    name=NAME,
    summary="OMA Client Provisioning, as operators send it to phones",
    parse=parse,
    say=say,
    claims=(),
)
