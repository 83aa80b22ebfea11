"""The command `keys`: the keys of signed commands, on the device and for whoever signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apn_config.cli import show_json
from apn_config.cli_key_place import Place, complete_name, place_options
from apn_config.control import Json

if TYPE_CHECKING:
    from apn_config.keys import Key

HOW_TO_INSTALL = "segno is missing; install it: pip install 'modem-helper[keys]'"
# What a phone reads; in upper case, since QR codes have a short form for that.
QR_HEAD = "MODEM-HELPER:1"
_RELOAD = "systemctl reload modem-helper"
_MAX_IMPORT = 4096
_REFUSED = 4

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
_NAME = click.argument("name", shell_complete=complete_name)
_IMPORT = click.option(
    "--import",
    "imported",
    type=click.File("rb"),
    help="Take the key from this file instead of a new one; - is stdin.",
)
_UNUSED = click.option(
    "--unused",
    is_flag=True,
    help="With --import: it has never signed anything for this device, so it needs no SYNC.",
)


@click.group(epilog="Example: modem-helper keys create ops")
def keys() -> None:
    """Make, show or change the keys of signed commands.

    Each is a file, NAME.key, in the directory that [access] keys names.
    """


@keys.command("create")
@click.argument("name")
@_IMPORT
@_UNUSED
@place_options
def keys_create(place: Place, name: str, imported: Any, unused: bool) -> None:
    """Make a key, and let its counter begin.

    The daemon knows it after a reload. One that is imported may have signed before, so its first
    command is answered with a code, for SYNC, unless you say --unused.

    \b
    Examples:
      modem-helper keys create ops
      modem-helper keys create ops --import ops.key --unused
    """
    from apn_config.keys import check_new, create_key, held, make_directory

    octets = _octets(imported, unused)
    if make_directory(place.directory, place.owner()):
        click.echo(f"Made the directory {place.shown()}.", err=True)
    with held(place.directory):
        check_new(place.directory, name, octets)
        _enrol(place, octets, fresh=imported is None or unused)
        key = create_key(place.directory, name, octets)
    click.echo(f"Made {key.name}, fingerprint {key.fingerprint}.")
    _say_next(place, key)


@keys.command("rotate")
@_NAME
@_IMPORT
@_UNUSED
@click.option("--force", is_flag=True, help="Drop the previous key though it may be in use.")
@click.option("--at-once", is_flag=True, help="The former key is stolen: don't keep it.")
@place_options
def keys_rotate(
    place: Place, name: str, imported: Any, unused: bool, force: bool, at_once: bool
) -> None:
    """Put a new key in the place of NAME's.

    The former one is good until the new one has been used once, so there is time to take it to
    whoever signs. While that is so it isn't rotated again without --force (exit code 4).

    \b
    Examples:
      modem-helper keys rotate ops
      modem-helper keys rotate ops --at-once
    """
    from apn_config.keys import check_rotated, held, read_keys, rotate_key

    octets = _octets(imported, unused)
    with held(place.directory):
        check_rotated(place.directory, name, octets)
        rotated = any(key.previous and key.name == name for key in read_keys(place.directory))
        if rotated and not (force or at_once):
            _refuse_unused(place, name)
        _enrol(place, octets, fresh=imported is None or unused)
        key = rotate_key(place.directory, name, octets, keep=not at_once)
    click.echo(f"{key.name} is a new key, fingerprint {key.fingerprint}.")
    until = "the daemon is reloaded" if at_once else "this one has been used"
    click.echo(f"The former one is good until {until}.")
    _say_next(place, key)


@keys.command("delete")
@_NAME
@click.option("--previous", is_flag=True, help="Only the former key of one that was rotated.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@place_options
def keys_delete(place: Place, name: str, previous: bool, yes: bool) -> None:
    """Delete a key and its previous one. What they sign isn't understood after a reload.

    \b
    Examples:
      modem-helper keys delete ops --yes
      modem-helper keys delete ops --previous
    """
    from apn_config.keys import delete_key, held

    what = f"the previous key of {name}" if previous else name
    if not yes:
        click.confirm(f"Delete {what}? Whoever signs with it can't command any more", abort=True)
    with held(place.directory):
        delete_key(place.directory, name, only_previous=previous)
    click.echo(f"Deleted {what}.")
    if not place.elsewhere:
        click.echo(f"The daemon forgets it after:  {_RELOAD}")


@keys.command("list")
@place_options
@_JSON
def keys_list(place: Place, as_json: bool) -> None:
    """List the keys, with the highest counter that was taken of each, if the daemon tells it.

    \b
    Example:
      modem-helper keys list
    """
    from apn_config.display import columns
    from apn_config.keys import read_keys

    found = read_keys(place.directory)
    known = place.counters(found)
    rows = [_key_json(key, known) for key in found]
    if as_json:
        show_json({"directory": str(place.directory), "keys": rows})
        return
    _warn(place)
    if not rows:
        click.echo(f"There is no key in {place.shown()}.")
        return
    header = ("file", "fingerprint", "counter")
    shown = [(row["file"], row["fingerprint"], _counter_word(row)) for row in rows]
    click.echo("\n".join(columns(header, shown)))


@keys.command("show")
@_NAME
@click.option("--secret", is_flag=True, help="Print the key itself, too.")
@click.option("--qr", is_flag=True, help="Show the key as a QR code, for a phone.")
@place_options
@_JSON
def keys_show(place: Place, name: str, secret: bool, qr: bool, as_json: bool) -> None:
    """Show a key's fingerprint, and the ICCID that it signs for, if the daemon tells it.

    The key itself is shown only with --secret or --qr: whoever reads or scans it may command.

    \b
    Examples:
      modem-helper keys show ops
      modem-helper keys show ops --qr
    """
    from apn_config.display import table
    from apn_config.keys import key_text

    if qr and as_json:
        raise click.UsageError("one of --qr and --json")
    key = _named(place, name)
    shown = _shown_key(place, key)
    if secret:
        shown["key"] = key_text(key.octets)
    if as_json:
        show_json(shown)
        return
    _warn(place)
    rows = [
        ("name", shown["name"]),
        ("fingerprint", shown["fingerprint"]),
        ("file", shown["file"]),
        ("counter", _counter_word(shown)),
        ("ICCID", shown["iccid"]),
    ]
    if secret:
        rows.append(("key", shown["key"]))
    click.echo("\n".join(table(rows)))
    if qr:
        click.echo(_code(key, shown["device_id"]))


# --- making ---------------------------------------------------------------------------------------


def _octets(imported: Any, unused: bool) -> bytes:
    from apn_config.keys import new_key, parse_key

    if imported is None:
        if unused:
            raise click.UsageError("--unused goes with --import")
        return new_key()
    octets = parse_key(imported.read(_MAX_IMPORT + 1))
    if octets is None:
        problem = "wanted a file with one key: 32 octets in base32"
        raise click.BadParameter(problem, param_hint="--import")
    return octets


def _enrol(place: Place, octets: bytes, *, fresh: bool) -> None:
    """Before there is a key's file: where it fails nothing has been made."""
    if place.elsewhere or not fresh:
        return
    from apn_config.enrolment import enrol
    from apn_config.keys import fingerprint

    if not enrol(place.config, fingerprint(octets)):
        click.echo("The store knows this key; its counter goes on where it was.", err=True)


def _refuse_unused(place: Place, name: str) -> None:
    """Until the new key was used whoever signs may have the former one in their hands."""
    from apn_config.keys import KeyTrouble

    key = _named(place, name)
    known = place.counters([key])
    row = None if known is None else known.get(key.fingerprint)
    if row is None or not row["highest"]:
        why = "nobody can tell whether it was used" if known is None else "it wasn't used yet"
        raise KeyTrouble(
            f"{name} was rotated before, and {why}: whoever signs may still have the former key, "
            "which would be lost; --force drops it",
            _REFUSED,
        )


def _say_next(place: Place, key: Key) -> None:
    name = f"{key.name} --directory {place.shown()}" if place.elsewhere else key.name
    click.echo(f"To whoever signs:  modem-helper keys show {name} --qr  (or --secret)")
    _warn(place)
    if place.elsewhere:
        return
    click.echo(f"The daemon knows it after:  {_RELOAD}")
    if "signed" not in place.config.dialects.enabled:
        click.echo('warning: [dialects] enabled has no "signed": no signature counts', err=True)


# --- showing --------------------------------------------------------------------------------------


def _named(place: Place, name: str) -> Key:
    from apn_config.keys import absent, read_keys

    for key in read_keys(place.directory):
        if key.name == name and not key.previous:
            return key
    raise absent(name)


def _key_json(key: Key, known: dict[str, Json] | None) -> Json:
    from apn_config.keys import CURRENT, PREVIOUS

    row = (known or {}).get(key.fingerprint)
    return {
        "name": key.name,
        "fingerprint": key.fingerprint,
        "file": f"{key.name}{PREVIOUS if key.previous else CURRENT}",
        "previous": key.previous,
        "counter": None if row is None else row["highest"],
        "awaits_code": None if known is None else bool(row and row["awaits_code"]),
    }


def _shown_key(place: Place, key: Key) -> Json:
    from apn_config.dialects.signed import device_id

    iccid = place.iccid()
    return {
        **_key_json(key, place.counters([key])),
        "iccid": iccid,
        "device_id": None if iccid is None else device_id(iccid),
        "key": None,
    }


def _counter_word(row: Json) -> str:
    if row["counter"] is not None:
        return "not used yet" if row["counter"] == 0 else str(row["counter"])
    if row["awaits_code"] is None:
        return "no daemon to ask"
    return "a code is awaited" if row["awaits_code"] else "unknown"


def _code(key: Key, device: str | None) -> str:
    from apn_config.keys import key_text

    try:
        from apn_config.qr import terminal_code
    except ImportError:
        raise click.ClickException(HOW_TO_INSTALL) from None
    return terminal_code(f"{QR_HEAD}:{key.name.upper()}:{device or ''}:{key_text(key.octets)}")


def _warn(place: Place) -> None:
    from apn_config.keys import exposed

    for note in exposed(place.directory):
        click.echo(f"warning: {note}", err=True)
