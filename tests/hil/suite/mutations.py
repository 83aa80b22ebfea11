"""Mutations of the product, each with the tests of the suite that have to catch it.

Each is an exact replacement of a text that stands once in its file. What they are run with, and
how: `proof`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.hil.suite.running import PROFILE


@dataclass(frozen=True, slots=True)
class Mutation:
    """`before` becomes `after` in `file`; then each of `tests` has to fail.

    `profile` is the simulated modem's, `trouble` what else goes wrong there (`faults.BORNE`): what
    the product bears, and the mutated one doesn't.
    """

    what: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    profile: str = PROFILE
    trouble: str = ""


MUTATIONS: Mapping[str, Mutation] = {
    # --- messages come in
    "no-delete": Mutation(
        "a stored message isn't deleted in the modem",
        "apn_config/intake.py",
        "places_to_empty(messages).items():",
        "{}.items():",
        (
            "test_the_modem_is_rid_of_what_was_stored",
            "test_the_storage_filled_while_the_daemon_was_down",
        ),
    ),
    "delete-before-store": Mutation(
        "a message is deleted in the modem before it is stored",
        "apn_config/intake.py",
        "        await self._commit(modem, found)\n        self._stuck.clear()\n",
        "        for memory, indexes in places_to_empty(messages).items():\n"
        "            await modem.delete_messages(memory, indexes)\n"
        "        await self._commit(modem, found)\n        self._stuck.clear()\n",
        ("test_the_modem_is_rid_of_what_was_stored",),
    ),
    "no-sweep-at-start": Mutation(
        "the storage isn't looked through at the start",
        "apn_config/intake.py",
        "        self._announced.clear()\n        self._sweep_all = True\n",
        "        self._announced.clear()\n",
        ("test_messages_while_the_daemon_was_down",),
    ),
    "announcement-dropped": Mutation(
        "an announced message is not read",
        "apn_config/intake.py",
        "            self._announced.add((event.memory, event.index))\n",
        "            pass\n",
        ("test_ping",),
    ),
    "no-dedup": Mutation(
        "a message that comes again is taken for a new one",
        "apn_config/batch.py",
        "            key=message.key,\n",
        "            key=message.key + str(self._now).encode() + str(item.index).encode(),\n",
        ("test_a_burst_of_commands",),
        trouble="delivered-twice",
    ),
    # --- who may command
    "senders-ignored": Mutation(
        "the list of senders is ignored",
        "apn_config/access.py",
        "        senders = [listed.__contains__]\n",
        "        senders = None\n",
        ("test_who_is_not_listed_gets_silence",),
    ),
    "pin-ignored": Mutation(
        "any PIN word will do",
        "apn_config/proofs.py",
        'None if same(proof.word, secrets.pin_word) else "pin-wrong"',
        "None",
        ("test_pin_word",),
    ),
    "pin-optional": Mutation(
        "a command without a PIN word is obeyed",
        "apn_config/proofs.py",
        '        return "pin-missing"\n',
        "        return None\n",
        ("test_pin_word",),
    ),
    "text-logged": Mutation(
        "the text of a message is logged, with its PIN word",
        "apn_config/batch.py",
        "        counsel = self._counsel\n",
        '        logger.info("judging %s", message.text)\n        counsel = self._counsel\n',
        ("test_pin_word",),
    ),
    # --- what is answered
    "reply-to-sender": Mutation(
        "PING is answered to its sender",
        "apn_config/batch.py",
        "            reply_to = self._counsel.reply_to\n",
        "            reply_to = sender.address\n",
        ("test_answers_go_to_the_short_number",),
    ),
    "reply-to-sender-2": Mutation(
        "what the modem has to be asked for is answered to its sender",
        "apn_config/verbs/place.py",
        "        return store.outbox.add(self.plan.reply_to, text, now, inbox_id=row.id)\n",
        "        return store.outbox.add(row.sender.address, text, now, inbox_id=row.id)\n",
        ("test_answers_go_to_the_short_number",),
    ),
    "ping-wrong": Mutation(
        "PING is answered by another word",
        "apn_config/judgement.py",
        "outcome = Outcome(Result.OK, parsed.verb)",
        "outcome = Outcome(Result.OK, Verb.SIGNAL)",
        ("test_ping",),
    ),
    "tag-lost": Mutation(
        "an answer doesn't repeat the command's tag",
        "apn_config/replies.py",
        'return f"#{tag} {words}" if tag else words',
        "return words",
        ("test_ping", "test_status"),
    ),
    "status-without-apn": Mutation(
        "STATUS doesn't tell the APN",
        "apn_config/verbs/reading.py",
        '[("apn", apn.name), *_address(seen)]',
        "_address(seen)",
        ("test_status",),
    ),
    "apn-of-the-configuration": Mutation(
        "APN tells the configured APN, not the one that is set",
        "apn_config/verbs/reading.py",
        "Outcome(Result.OK, Verb.APN_READ, apn.name, tuple(pairs), apn=apn)",
        "Outcome(Result.OK, Verb.APN_READ, str(cid), tuple(pairs), apn=apn)",
        ("test_apn_is_told",),
    ),
    "nonsense-ignored": Mutation(
        "what isn't understood is not answered",
        "apn_config/judgement.py",
        "            return Answer(outcome, form, parsed.reason, parsed.proof)\n",
        "            return Silence(parsed.reason)\n",
        ("test_nonsense_gets_an_error", "test_an_apn_that_can_be_none"),
    ),
    "reboot-unanswered": Mutation(
        "REBOOT MODEM isn't answered",
        "apn_config/verbs/reboot.py",
        '\n    await place.answer(row, Outcome(Result.OK, Verb.REBOOT_MODEM), "done")\n',
        "\n",
        ("test_the_modem_is_reset_by_command",),
    ),
    # --- answers go out
    "outbox-not-looked-at": Mutation(
        "only what was just stored is sent, not what is due from before",
        "apn_config/outgoing.py",
        "            row, wait_s, expired = await self._db.run(self._look)\n",
        "            row, wait_s, expired = None, None, False\n",
        ("test_the_daemon_dies_with_a_message",),
    ),
    "sent-before-sending": Mutation(
        "an answer is marked as sent before the network took it",
        "apn_config/outgoing.py",
        "        try:\n            for part in parts:\n",
        "        await self._db.run(lambda store: self._took(store, row, 0))\n"
        "        try:\n            for part in parts:\n",
        ("test_ping",),
        trouble="refused-once",
    ),
    "never-marked-as-sent": Mutation(
        "an answer that was sent stays due",
        "apn_config/outgoing.py",
        "        await self._db.run(lambda store: self._took(store, row, reference))\n",
        "",
        ("test_ping",),
    ),
    # --- APN changes
    "verified-always": Mutation(
        "an APN counts as serving whatever the network says",
        "apn_config/applying.py",
        "                if found is None:\n",
        "                if True:\n",
        ("test_an_apn_that_nobody_knows",),
    ),
    "live-apn-ignored": Mutation(
        "it isn't looked which APN the network serves",
        "apn_config/verify.py",
        "    return None if live is None or same_apn(live, apn) else Reason.APN_MISMATCH\n",
        "    return None\n",
        ("test_an_apn_that_nobody_knows",),
        trouble="unknown-apn-substituted",
    ),
    "no-rollback": Mutation(
        "a roll-back doesn't write the former APN",
        "apn_config/restoring.py",
        "            await self._write_former(modem, change)\n\n        if",
        "            return\n\n        if",
        ("test_an_apn_that_nobody_knows",),
    ),
    "no-radio-cycle": Mutation(
        "the network isn't told of another APN",
        "modem/device.py",
        "            await self.radio_cycle()\n            if way",
        "            if way",
        ("test_another_apn_and_back",),
    ),
    "last-good-forgotten": Mutation(
        "what an APN replaced isn't remembered",
        "apn_config/store/records.py",
        '"last_good": None if record is None else dump_apn(record.current)',
        '"last_good": None',
        ("test_another_apn_and_back",),
    ),
    "bad-apn-accepted": Mutation(
        "a name that can't be an APN is tried",
        "apn_config/dialects/plain.py",
        '    if offence is not None:\n        raise Offence("bad-apn"',
        '    if False:\n        raise Offence("bad-apn"',
        ("test_an_apn_that_can_be_none",),
    ),
    "not-resumed": Mutation(
        "an interrupted change isn't gone on with",
        "apn_config/executor.py",
        "        await self._changes.finish_interrupted()\n",
        "",
        ("test_power_is_cut_in_the_middle_of_a_change",),
    ),
    # --- the modem goes and comes
    "restart-unnoticed": Mutation(
        "a restart of the modem isn't noticed",
        "modem/device.py",
        "        elif self._ready:\n            self._ready = False\n",
        "        elif False:\n            self._ready = False\n",
        ("test_the_modem_resets_by_itself",),
        profile="ec25",
    ),
    "cnmi-once": Mutation(
        "announcements are set up once, and not again after a restart of the modem",
        "modem/start.py",
        "                await self._execute(messages.cnmi_write(candidate))\n",
        '                if not hasattr(messages, "cnmi_is_set"):\n'
        "                    await self._execute(messages.cnmi_write(candidate))\n"
        "                    messages.cnmi_is_set = True\n",
        ("test_the_modem_resets_by_itself",),
        profile="ec25",
    ),
    "loss-unnoticed": Mutation(
        "the loss of the link isn't noticed",
        "modem/driver.py",
        "        if self._on_lost is not None:\n",
        "        if False:\n",
        ("test_the_cable_is_pulled",),
    ),
    "never-opened-again": Mutation(
        "a port that comes back isn't opened",
        "modem/recovery.py",
        "            if port is not None and os.path.exists(port):",
        "            if False:",
        ("test_the_cable_is_pulled",),
    ),
    # --- the codec and the commands
    "extension-table": Mutation(
        "two characters of the extension table are mixed up",
        "modem/sms/gsm7.py",
        '    0x28: "{",\n    0x29: "}",\n',
        '    0x28: "}",\n    0x29: "{",\n',
        ("test_text_to_the_device[extended]", "test_text_from_the_device[extended]"),
    ),
    "ucs2-sent": Mutation(
        "UCS-2 is sent with its octets in the wrong order",
        "modem/sms/ucs2.py",
        'return text.encode("utf-16-be")',
        'return text.encode("utf-16-le")',
        ("test_text_from_the_device[unicode]",),
    ),
    "ucs2-read": Mutation(
        "UCS-2 is read with its octets in the wrong order",
        "modem/sms/ucs2.py",
        'return whole.decode("utf-16-be"), False',
        'return whole.decode("utf-16-le", "replace"), False',
        ("test_text_to_the_device[unicode]",),
    ),
    "octets-sent": Mutation(
        "octets are sent as if they were septets",
        "modem/sms/dcs.py",
        "    value = _ALPHABETS.index(alphabet) << 2\n",
        "    value = _ALPHABETS.index(alphabet) >> 1 << 3\n",
        ("test_octets_from_the_device",),
    ),
    "octets-read": Mutation(
        "received octets are taken for a text",
        "modem/sms/message.py",
        "        if not self.udl_at or self.encoding in (_GSM7, _UCS2):\n",
        "        if True:\n",
        ("test_octets_to_the_device",),
    ),
    "no-header": Mutation(
        "the parts of a long message aren't numbered",
        "modem/sms/compose.py",
        "bytes((first | UDHI,)) + head, planned",
        "bytes((first,)) + head, planned",
        ("test_text_from_the_device[161]", "test_text_from_the_device[459]"),
    ),
    "wrong-order": Mutation(
        "the parts of a long message are joined the wrong way round",
        "modem/sms/reassembly.py",
        "parts = tuple(self.parts[seq] for seq in range(1, self.total + 1))",
        "parts = tuple(self.parts[seq] for seq in range(self.total, 0, -1))",
        ("test_text_to_the_device[161]", "test_text_to_the_device[459]"),
    ),
    "one-septet-less": Mutation(
        "159 characters go into an SMS, not 160",
        "modem/sms/content.py",
        "    if len(units) > capacity:\n",
        "    if len(units) >= capacity:\n",
        ("test_text_from_the_device[160]",),
    ),
    "wrong-sender": Mutation(
        "the digits of a sender are read in pairs the wrong way round",
        "modem/sms/address.py",
        "    return Address(decode_digits(digits(raw)[:semi_octets]), toa)\n",
        "    return Address(decode_digits(raw.hex()[:semi_octets]), toa)\n",
        ("test_sender_and_time_of_a_text",),
    ),
    "wrong-time": Mutation(
        "the network's time is read wrongly",
        "modem/sms/timestamp.py",
        "datetime.datetime(2000 + year,",
        "datetime.datetime(2001 + year,",
        ("test_sender_and_time_of_a_text",),
    ),
    "wrong-imei": Mutation(
        "the modem's number isn't read",
        "modem/start.py",
        'return Identity(manufacturer, model, revision or "", imei or "")',
        'return Identity(manufacturer, model, revision or "", "")',
        ("test_identity",),
    ),
    "no-signal": Mutation(
        "the signal's strength isn't read",
        "modem/device.py",
        "        return extended if rssi_dbm is None else replace(extended, rssi_dbm=rssi_dbm)\n",
        "        return Signal()\n",
        ("test_signal",),
    ),
    "no-address": Mutation(
        "the address of a context isn't read",
        "modem/contexts.py",
        "        return LiveContext(active=True, address=address or given, apn=apn)\n",
        "        return LiveContext(active=True, address=None, apn=apn)\n",
        ("test_data_connection", "test_another_apn_and_back"),
    ),
}
"""By name."""
