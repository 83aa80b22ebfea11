"""Every fault that the doctor knows, topic by topic: docs/doctor.md is made of it. Pure."""

from __future__ import annotations

from itertools import chain

from apn_config.doctor import faults_host, faults_modem, faults_service
from apn_config.doctor.findings import Fault

FAULTS: tuple[Fault, ...] = tuple(
    value
    for value in chain.from_iterable(
        vars(module).values() for module in (faults_host, faults_modem, faults_service)
    )
    if isinstance(value, Fault)
)
