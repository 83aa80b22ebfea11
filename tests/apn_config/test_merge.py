"""What becomes of name, type and credentials: the rows of the rule, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.merge import Refusal, merge
from apn_config.model import NO_CREDENTIALS, Apn, ApnRequest, AuthType, Credentials, PdpType

PAP, CHAP, NONE, EITHER = AuthType.PAP, AuthType.CHAP, AuthType.NONE, AuthType.EITHER
BARE = Apn("em")
OLD = Credentials(CHAP, "old-user", "old-word")
HELD = Apn("em", PdpType.IPV6, OLD)
UNKNOWN = Apn("em", PdpType.IP, None)
UNKNOWN_REFUSED = Refusal("unknown-credentials")
BAD_AUTH = Refusal("bad-auth")


def ask(
    name: str = "em",
    user: str | None = None,
    word: str | None = None,
    auth: AuthType | None = None,
) -> ApnRequest:
    return ApnRequest(name, user=user, password=word, auth=auth)


KNOWN: dict[str, tuple[Apn, ApnRequest, Credentials | Refusal]] = {
    # Another name: cleared unless given.
    "other-name-clears": (HELD, ask("em2"), NO_CREDENTIALS),
    "other-name-user-given": (HELD, ask("em2", "U"), Credentials(PAP, "U", "")),
    "other-name-password-given": (HELD, ask("em2", None, "P"), Credentials(PAP, "", "P")),
    "other-name-both-given": (HELD, ask("em2", "U", "P"), Credentials(PAP, "U", "P")),
    "other-name-all-given": (HELD, ask("em2", "U", "P", CHAP), Credentials(CHAP, "U", "P")),
    "other-name-auth-given": (HELD, ask("em2", auth=CHAP), Credentials(CHAP, "", "")),
    "other-name-auth-none": (HELD, ask("em2", auth=NONE), NO_CREDENTIALS),
    "other-name-cleared-by-word": (HELD, ask("em2", "", ""), NO_CREDENTIALS),
    # The same name: kept where absent.
    "same-name-keeps": (HELD, ask(), OLD),
    "same-name-in-other-case-keeps": (HELD, ask("EM"), OLD),
    "same-name-other-user": (HELD, ask(user="U"), Credentials(CHAP, "U", "old-word")),
    "same-name-other-password": (HELD, ask(word="P"), Credentials(CHAP, "old-user", "P")),
    "same-name-other-auth": (HELD, ask(auth=PAP), Credentials(PAP, "old-user", "old-word")),
    "same-name-all": (HELD, ask("em", "U", "P", PAP), Credentials(PAP, "U", "P")),
    "same-name-user-cleared": (HELD, ask(user=""), NO_CREDENTIALS),
    "same-name-password-cleared": (HELD, ask(word=""), Credentials(CHAP, "old-user", "")),
    "same-name-both-cleared": (HELD, ask(user="", word=""), NO_CREDENTIALS),
    "same-name-auth-none": (HELD, ask(auth=NONE), NO_CREDENTIALS),
    "same-name-auth-none-and-cleared": (HELD, ask("em", "", "", NONE), NO_CREDENTIALS),
    "same-name-either-is-kept": (
        Apn("em", PdpType.IP, Credentials(EITHER, "u", "p")),
        ask(word="P"),
        Credentials(EITHER, "u", "P"),
    ),
    "same-name-keeps-auth-without-user": (
        Apn("em", PdpType.IP, Credentials(CHAP)),
        ask(),
        Credentials(CHAP),
    ),
    "same-name-keeps-none-with-a-left-over-user": (
        Apn("em", PdpType.IP, Credentials(NONE, "u", "p")),
        ask(),
        Credentials(NONE, "u", "p"),
    ),
    # None before: nothing is unknown, and nothing asked is nothing written.
    "none-before-none-after": (BARE, ask(), NO_CREDENTIALS),
    "none-before-other-name": (BARE, ask("em2"), NO_CREDENTIALS),
    "none-before-user": (BARE, ask(user="U", word="P"), Credentials(PAP, "U", "P")),
    "none-before-chap": (BARE, ask("em", "U", "P", CHAP), Credentials(CHAP, "U", "P")),
    "none-before-cleared": (BARE, ask(user=""), NO_CREDENTIALS),
    # Against itself.
    "none-with-user": (BARE, ask(user="U", auth=NONE), BAD_AUTH),
    "none-with-password": (HELD, ask(word="P", auth=NONE), BAD_AUTH),
    # Nobody can tell what they are.
    "unknown-other-user": (UNKNOWN, ask(user="U"), UNKNOWN_REFUSED),
    "unknown-other-password": (UNKNOWN, ask(word="P"), UNKNOWN_REFUSED),
    "unknown-auth": (UNKNOWN, ask(auth=PAP), UNKNOWN_REFUSED),
    "unknown-auth-none": (UNKNOWN, ask(auth=NONE), UNKNOWN_REFUSED),
    "unknown-cleared": (UNKNOWN, ask(user="", word=""), UNKNOWN_REFUSED),
    "unknown-other-name-with-user": (UNKNOWN, ask("em2", "U", "P"), UNKNOWN_REFUSED),
}


@pytest.mark.parametrize(("former", "request_", "expected"), KNOWN.values(), ids=KNOWN)
def test_credentials(former: Apn, request_: ApnRequest, expected: Credentials | Refusal) -> None:
    merged = merge(former, request_)
    if isinstance(expected, Refusal):
        assert merged == expected
    else:
        assert merged == Apn(request_.name, former.type, expected)


@pytest.mark.parametrize("name", ["em", "em2"])
def test_unknown_credentials_are_left_alone(name: str) -> None:
    assert merge(UNKNOWN, ask(name)) == Apn(name, PdpType.IP, None)


@pytest.mark.parametrize("asked", [None, *PdpType])
@pytest.mark.parametrize("former", [BARE, HELD, UNKNOWN], ids=["bare", "held", "unknown"])
@pytest.mark.parametrize("name", ["em", "em2"])
def test_an_absent_type_stays_whatever_the_name(
    former: Apn, name: str, asked: PdpType | None
) -> None:
    merged = merge(former, ApnRequest(name, type=asked))
    assert isinstance(merged, Apn)
    assert merged.type is (asked or former.type)


TEXTS = st.sampled_from([None, "", "U", "P"])
APNS = st.builds(
    Apn,
    st.sampled_from(["em", "EM", "other"]),
    st.sampled_from(PdpType),
    st.none()
    | st.just(NO_CREDENTIALS)
    | st.builds(
        Credentials,
        st.sampled_from([PAP, CHAP, EITHER]),
        st.sampled_from(["", "u"]),
        st.sampled_from(["", "p"]),
    ),
)
REQUESTS = st.builds(
    ApnRequest,
    st.sampled_from(["em", "other"]),
    TEXTS,
    TEXTS,
    st.sampled_from([None, NONE, PAP, CHAP]),
    st.none() | st.sampled_from(PdpType),
)


@given(APNS, REQUESTS)
def test_asking_twice_changes_nothing_more(former: Apn, request: ApnRequest) -> None:
    """A command that is repeated after a crash ends in the same APN."""
    once = merge(former, request)
    if isinstance(once, Apn):
        assert merge(once, request) == once


@given(APNS, REQUESTS)
def test_user_and_password_have_a_type(former: Apn, request: ApnRequest) -> None:
    merged = merge(former, request)
    if isinstance(merged, Apn) and merged.credentials is not None:
        credentials = merged.credentials
        assert (credentials.auth is not NONE) or credentials == NO_CREDENTIALS
