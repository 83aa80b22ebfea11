"""The commands of the short message service (3GPP TS 27.005), from their four files."""

from __future__ import annotations

from modem.simulator.services.sms_routing import SMS_ROUTING
from modem.simulator.services.sms_sending import SMS_SENDING
from modem.simulator.services.sms_settings import SMS_SETTINGS
from modem.simulator.services.sms_stored import SMS_STORED
from modem.simulator.services.table import Table

SMS: Table = {**SMS_SETTINGS, **SMS_ROUTING, **SMS_STORED, **SMS_SENDING}
