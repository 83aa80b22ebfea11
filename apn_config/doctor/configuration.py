"""The configuration file, its secret files, and the place of the store."""

from __future__ import annotations

from pathlib import Path

from apn_config.access_secrets import load_secrets
from apn_config.config import Config, ConfigError
from apn_config.doctor import faults_host as faults
from apn_config.doctor import ports
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, Verdict
from apn_config.doctor.place import text_of

_FULL_BYTES = 1 << 20
_TIGHT_BYTES = 50 << 20
_READ_ONLY = 1  # ST_RDONLY of statvfs(3)
# Of JEDEC 84-B51 (eMMC) 7.4.66: 1 normal, 2 warning (80 % used up), 3 urgent.
_WORN = 2
# sqlite.org/fileformat2, 1.3: user_version, application_id.
_HEADER_BYTES, _VERSION_AT, _APPLICATION_AT = 100, 60, 68


def look(exam: Examination) -> None:
    """What is configured, and whether it can be used."""
    order = exam.order
    if order.config_error is not None:
        _unusable(exam, order.config_error)
        return
    if exam.config.path is None:
        # Who names a port looks at a modem on the bench.
        verdict = Verdict.WARNING if order.port is None else Verdict.INFO
        where = f"there is no {order.config_path}"
        exam.findings.fault(faults.CONFIG_MISSING, where, verdict=verdict)
        return
    _file(exam, exam.config)


def _unusable(exam: Examination, error: ConfigError) -> None:
    found = str(error)
    if not error.forbidden:
        exam.findings.fault(faults.CONFIG_FAULTY, found, path=exam.order.config_path)
        return
    # A daemon that answers can read it, and is asked for all that follows.
    verdict = Verdict.FAILED if exam.status is None else Verdict.INFO
    exam.findings.fault(faults.CONFIG_FORBIDDEN, found, verdict=verdict)


def _file(exam: Examination, config: Config) -> None:
    findings = exam.findings
    before = len(findings.told)
    if config.modem.port is None:
        port = ports.likely(exam) or "PORT"
        findings.fault(faults.NO_PORT, "[modem] port is missing", port=port)
    if config.reply.to is None:
        findings.fault(faults.NO_REPLY, "[reply] to is missing")
    for read in (config.sim_pin, lambda: load_secrets(config)):
        try:
            read()
        except ConfigError as error:
            _secret(exam, error)
    for note in config.warnings:
        _note(exam, note)
    if len(findings.told) == before:
        findings.ok(Topic.CONFIG, str(config.path))


def _secret(exam: Examination, error: ConfigError) -> None:
    if error.forbidden:
        # The daemon has a user of its own, who may read it.
        found = f"{error.key}: {error.path} belongs to another user; sudo looks at it"
        exam.findings.info(Topic.CONFIG, found)
        return
    verdict = Verdict.FAILED if exam.status is None else Verdict.WARNING
    exam.findings.fault(faults.CONFIG_SECRET, str(error), verdict=verdict)


def _note(exam: Examination, note: str) -> None:
    fault = faults.CONFIG_NOTE
    if note.startswith(("access:", "access.senders:")):
        fault = faults.NO_ACCESS
    elif "others may read" in note:
        fault = faults.SECRET_READABLE
    exam.findings.fault(fault, note)


def look_at_store(exam: Examination) -> None:
    """The disk and the database's file, as far as this user may look; nothing is opened for
    writing.
    """
    if exam.order.elsewhere:
        exam.findings.skipped(Topic.STORE, "it isn't that of this port's modem")
        return
    if exam.order.config_error is not None:
        exam.findings.skipped(Topic.STORE, "which one is configured isn't known")
        return
    path = exam.config.store.path
    directory = next((each for each in path.parents if each.is_dir()), None)
    if directory is None:
        exam.findings.skipped(Topic.STORE, f"{path.parent} can't be looked at")
        return
    before = len(exam.findings.told)
    _disk(exam, directory)
    _wear(exam)
    held = _database(exam, path)
    if len(exam.findings.told) == before:
        exam.findings.ok(Topic.STORE, f"{path}{held}")


def _disk(exam: Examination, directory: Path) -> None:
    try:
        disk = exam.place.disk_of(directory)
    except OSError as error:
        exam.findings.skipped(Topic.STORE, f"{directory}: {error.strerror}")
        return
    free = disk.f_bavail * disk.f_frsize
    if disk.f_flag & _READ_ONLY:
        exam.findings.fault(faults.DISK_READ_ONLY, f"{directory} is mounted read-only")
    elif free < _FULL_BYTES or (disk.f_files and not disk.f_favail):
        exam.findings.fault(faults.DISK_FULL, f"{free >> 10} kB are free in {directory}")
    elif free < _TIGHT_BYTES:
        exam.findings.fault(faults.DISK_TIGHT, f"{free >> 20} MB are free in {directory}")


def _wear(exam: Examination) -> None:
    for file in sorted((exam.place.sysfs / "block").glob("mmcblk*/device/pre_eol_info")):
        try:
            stage = int(text_of(file), 16)
        except ValueError:
            continue
        if stage >= _WORN:
            found = f"{file.parent.parent.name}: {stage} of 3 on its own scale"
            verdict = Verdict.FAILED if stage > _WORN else Verdict.WARNING
            exam.findings.fault(faults.DISK_WORN, found, verdict=verdict)


def _database(exam: Examination, path: Path) -> str:
    """Whose it is and of which version, by its header; what is to be said of it besides."""
    from apn_config.store.aside import noted_damage
    from apn_config.store.errors import StoreError, StoreForbidden, StoreForeign
    from apn_config.store.files import check
    from apn_config.store.schema import APPLICATION_ID, VERSION

    try:
        check(path)
        why = noted_damage(path)
        header = _header(path)
    except StoreForeign as error:
        exam.findings.fault(faults.STORE_FOREIGN, str(error))
        return ""
    except (OSError, StoreError) as error:
        if isinstance(error, StoreForbidden | PermissionError):
            exam.findings.info(Topic.STORE, f"{path} belongs to another user; sudo looks at it")
        else:
            exam.findings.fault(faults.STORE_DAMAGED, str(error))
        return ""
    if why is not None:
        exam.findings.fault(faults.STORE_DAMAGED, why)
    written, owner = (
        int.from_bytes(header[at : at + 4], "big") for at in (_VERSION_AT, _APPLICATION_AT)
    )
    if header and owner not in (0, APPLICATION_ID):
        exam.findings.fault(faults.STORE_FOREIGN, f"{path} is another program's database")
    elif written > VERSION:
        found = f"its schema has version {written}, this program knows {VERSION}"
        exam.findings.fault(faults.STORE_NEWER, found)
    return "" if header else ", which is not there yet"


def _header(path: Path) -> bytes:
    """The first octets of the database; none where there is no file yet."""
    try:
        with path.open("rb") as file:
            return file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return b""
