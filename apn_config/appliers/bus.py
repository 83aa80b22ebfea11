"""The system's message bus (D-Bus): calls with a deadline, and answers of the type that is wanted.

Nothing else knows the library, which is loaded with the first connection. Nothing here knows a
service.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from apn_config.appliers.errors import ApplierRefused, ApplierUnavailable

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

# libdbus and GDBus wait so long by default.
CALL_S = 25.0
CONNECT_S = 10.0
_MAX_SHOWN = 120
_INTEGERS = tuple("ynqiuxt")
_PROPERTIES = "org.freedesktop.DBus.Properties"
_OBJECTS = "org.freedesktop.DBus.ObjectManager"


@dataclass(frozen=True, slots=True)
class Variant:
    """A value with its type, as it stands in an a{sv}. It may be a password: in no repr."""

    signature: str
    value: object = field(repr=False)


Properties: TypeAlias = dict[str, Variant]  # a{sv}
Interfaces: TypeAlias = dict[str, Properties]  # a{sa{sv}}


class CallRefused(ApplierRefused):
    """A service answered with an error that another try won't mend; `name` is the error's."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        super().__init__(message)

    def is_a(self, *words: str) -> bool:
        """Is the last word of its name one of these?"""
        return self.name.rpartition(".")[2] in words


# The last words of errors that pass: of the bus, of NetworkManager and of ModemManager.
_PASSING = frozenset(
    {
        "Aborted",
        "Cancelled",
        "Connected",
        "ConnectionNotAvailable",
        "Disconnected",
        "InProgress",
        "LimitsExceeded",
        "NameHasNoOwner",
        "NoReply",
        "NoServer",
        "NotFound",
        "Retry",
        "ServiceUnknown",
        "SimBusy",
        "Throttled",
        "TimedOut",
        "Timeout",
        "UnknownDevice",
        "UnknownMethod",  # GDBus says so of an object that is gone
        "UnknownObject",
        "WrongState",
    }
)
# Whole families: the AT port is busy or mute; the service can't be started now.
_PASSING_FAMILIES = (".Error.Serial.", ".Error.Spawn.")
_FORBIDDEN = frozenset({"AccessDenied", "NotAuthorized", "PermissionDenied", "Unauthorized"})


class Bus:
    """A connection to the system bus. Raises ApplierError."""

    def __init__(self, connection: MessageBus) -> None:
        self._connection = connection

    async def call(
        self,
        service: str,
        path: str,
        method: str,
        signature: str = "",
        *arguments: object,
        returns: str = "",
        timeout_s: float = CALL_S,
        secret: bool = False,
    ) -> Any:
        """Call `method` ("interface.member"); what it returns, of the type `returns`, or None.

        `secret`: an argument or the answer may hold a password, so the text of an error, which may
        quote it, isn't shown.
        """
        from dbus_fast import Message, MessageType

        if not self._connection.connected:
            raise _lost(EOFError())  # the library would wait for an answer
        interface, _, member = method.rpartition(".")
        message = Message(
            destination=service,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=[_to_library(argument) for argument in arguments],
        )
        try:
            async with asyncio.timeout(timeout_s):
                reply = await self._connection.call(message)
        except TimeoutError:
            raise ApplierUnavailable(f"no answer to {member} within {timeout_s:g} s") from None
        except _library_errors() as error:
            raise _lost(error) from None
        if reply is None:
            raise _lost(EOFError())
        if reply.message_type is MessageType.ERROR:
            raise _error(service, member, reply, secret=secret)
        if reply.signature != returns:
            wanted = returns or "nothing"
            raise ApplierRefused(f"{service} answered {member} with another type than {wanted}")
        return _from_library(reply.body[0]) if returns else None

    async def properties(self, service: str, path: str, interface: str) -> Properties:
        """All properties of an interface. A bearer's hold its password."""
        method = f"{_PROPERTIES}.GetAll"
        found = await self.call(service, path, method, "s", interface, returns="a{sv}", secret=True)
        return cast(Properties, found)

    async def objects(self, service: str, path: str) -> dict[str, Interfaces]:
        """All objects below a path, with their properties by interface."""
        method = f"{_OBJECTS}.GetManagedObjects"
        found = await self.call(service, path, method, returns="a{oa{sa{sv}}}")
        return cast(dict[str, Interfaces], found)


@asynccontextmanager
async def system_bus() -> AsyncIterator[Bus]:
    """A connection while the block lasts, to DBUS_SYSTEM_BUS_ADDRESS where that is set.

    One that was lost is never used again, since each piece of work makes its own (in 2 ms).
    """
    try:
        from dbus_fast import BusType
        from dbus_fast.aio import MessageBus
    except ImportError:
        raise ApplierRefused(
            "the library dbus-fast is missing: pip install 'modem-helper[networkmanager]', or for "
            "the Debian package apt install python3-dbus-fast"
        ) from None
    connection = None
    try:
        async with asyncio.timeout(CONNECT_S):
            connection = MessageBus(bus_type=BusType.SYSTEM)
            await connection.connect()
    except _library_errors() as error:  # a TimeoutError is an OSError
        raise ApplierUnavailable(f"the system bus can't be reached: {_why(error)}") from None
    try:
        yield Bus(connection)
    finally:
        connection.disconnect()
        with suppress(*_library_errors()):
            await connection.wait_for_disconnect()  # type: ignore[no-untyped-call]


def _library_errors() -> tuple[type[Exception], ...]:
    """What the library raises where the bus is lost or says what it can't read. Before version 5
    (Debian has 1.84 and 2.44) its own errors have no class in common.
    """
    from dbus_fast import errors

    classes = (each for each in vars(errors).values() if isinstance(each, type))
    return (OSError, EOFError, *(each for each in classes if issubclass(each, Exception)))


def shown(value: object) -> str:
    """What came over the bus, made fit for a message: printable, and not too long."""
    return "".join(c if c.isprintable() else "?" for c in str(value)[:_MAX_SHOWN])


# --- what stands in an a{sv}: None where it isn't there, or is of another type -------------------


def text(properties: Properties, key: str) -> str | None:
    """A string, or the path of an object."""
    found = properties.get(key)
    return cast(str, found.value) if found and found.signature in ("s", "o") else None


def number(properties: Properties, key: str) -> int | None:
    """An integer of any size."""
    found = properties.get(key)
    return cast(int, found.value) if found and found.signature in _INTEGERS else None


def flag(properties: Properties, key: str) -> bool:
    """A boolean; False where it isn't there."""
    found = properties.get(key)
    return found is not None and found.value is True


def listed(properties: Properties, key: str, signature: str) -> list[Any]:
    """An array of that type; empty where it isn't there."""
    found = properties.get(key)
    return cast(list[Any], found.value) if found and found.signature == signature else []


# --- a{sv} and the like as text ------------------------------------------------------------------


def dump(value: object) -> str:
    """A value of the bus as text, its types with it; `load` gives it back as it was."""
    return json.dumps(_to_json(value))


def load(text: str) -> object:
    """The reverse of `dump`. ApplierRefused for a text that isn't from there."""
    try:
        return _from_json(json.loads(text))
    except (ValueError, KeyError, TypeError):
        # From None: the error would quote the text, which may hold a password.
        raise ApplierRefused("the settings that were kept for a roll-back can't be read") from None


def _to_json(value: object) -> object:
    match value:
        case Variant():
            return {"type": value.signature, "value": _to_json(value.value)}
        case bytes():
            return {"octets": value.hex()}
        case Mapping():
            return {"items": [[_to_json(key), _to_json(item)] for key, item in value.items()]}
        case list():
            return [_to_json(item) for item in value]
    return value


def _from_json(value: object) -> object:
    match value:
        case {"type": str(signature), "value": inner}:
            return Variant(signature, _from_json(inner))
        case {"octets": str(octets)}:
            return bytes.fromhex(octets)
        case {"items": list(items)}:
            return {_from_json(key): _from_json(item) for key, item in items}
        case dict():
            raise ValueError
        case list():
            return [_from_json(item) for item in value]
    return value


# --- the library's values and errors -------------------------------------------------------------


def _to_library(value: object) -> object:
    from dbus_fast import Variant as LibraryVariant

    match value:
        case Variant():
            return LibraryVariant(value.signature, _to_library(value.value))
        case Mapping():
            return {key: _to_library(item) for key, item in value.items()}
        case list() | tuple():
            return [_to_library(item) for item in value]
    return value


def _from_library(value: Any) -> Any:
    from dbus_fast import Variant as LibraryVariant

    match value:
        case LibraryVariant():
            return Variant(value.signature, _from_library(value.value))
        case dict():
            return {key: _from_library(item) for key, item in value.items()}
        case list() | tuple():  # a struct is either, by the library's version
            return [_from_library(item) for item in value]
        case bytearray():  # so are octets
            return bytes(value)
    return value


def _error(
    service: str, member: str, reply: Message, *, secret: bool
) -> ApplierUnavailable | CallRefused:
    """What an error reply means."""
    name = reply.error_name or ""
    text = reply.body[0] if reply.body and reply.signature.startswith("s") and not secret else ""
    why = f"{shown(name)}: {shown(text)}" if text else shown(name)
    message = f"{service} refused {member}: {why}"
    word = name.rpartition(".")[2]
    if word in _PASSING or any(family in name for family in _PASSING_FAMILIES):
        return ApplierUnavailable(message)
    if word in _FORBIDDEN:
        message += "; the daemon's user may need a polkit rule: docs/beside-modemmanager.md"
    return CallRefused(name, message)


def _lost(error: Exception) -> ApplierUnavailable:
    return ApplierUnavailable(f"the system bus was lost: {_why(error)}")


def _why(error: Exception) -> str:
    return shown(error) or type(error).__name__
