"""Signing in: a password or a session lets in whom it should, for as long as it should, and nobody else.

Both databases; hashes are cheap here by an object that says so. Where time has to pass, rows are added as of then:
the tables only grow, and what is asked of them is when something was.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from scoring.password_policy import ASVS, MLPS2, PasswordWeak, is_common
from scoring.passwords import Hashing, one_time_hashed, one_time_password
from scoring.people import Person, Role
from scoring.store import chain, sessions
from scoring.store.engine import Store
from scoring.store.tables import METADATA, credential, session, session_seen
from scoring.store.tables import sign_in as attempts
from scoring.workflow.grant_roles import RoleAsked, confirm_roles, end_role, propose_role
from scoring.workflow.keep_own import Change, change_password, end_other_sessions
from scoring.workflow.keep_people import close_person, open_person, reset_password
from scoring.workflow.sign_in import (
    IDLE,
    LONGEST,
    MOST_AT_ADDRESS,
    MOST_OF_LOGIN,
    WINDOW,
    AccountClosed,
    Attempt,
    PasswordUsed,
    SignInLocked,
    SignInRefused,
    resume,
    sign_in,
    sign_out,
)
from scoring.workflow.tokens import TokenScope, actor_of_token, add_token
from tests.people import somebody, unit
from tests.store.processes import FORK, processes

CHEAP = Hashing(memory=64, passes=1)
GOOD = "Qw!7blue-stone"
OTHER = "Zr#4quiet-lamp"


@pytest.fixture
def admin(store):
    """An administrator."""
    return somebody(store, "guan", Role.ADMINISTRATOR, name="管一")


@pytest.fixture
def wang(store):
    """An evaluator who has chosen a password."""
    return with_password(store, somebody(store, "wang", Role.EVALUATOR, name="王芳"))


def with_password(store, own, password=GOOD):
    with store.begin() as c:
        sessions.keep_password(c, own.id, CHEAP.hashed(password))
    return own


def enter(store, login, password, address="10.0.0.1", **more):
    return sign_in(
        store, Attempt(login=login, password=password, address=address, browser="test"), CHEAP, **more
    )


def outcomes(store):
    with store.read() as c:
        return list(c.scalars(select(attempts.c.outcome).order_by(attempts.c.number)))


def failed_ago(store, login, ago, times=1, address="10.0.0.1"):
    """Add failures as of then."""
    with store.begin() as c:
        first = len(list(c.scalars(select(attempts.c.number))))
        for place in range(times):
            row = {
                "number": first + place + 1,
                "login": Attempt(login=login, password="").digest,
                "person": "",
                "address": address,
                "outcome": "wrong",
                "browser": "",
                "made_at": datetime.now(UTC) - ago,
            }
            c.execute(insert(attempts).values(row))


def test_the_right_password_begins_a_session_of_that_person(store, wang):
    opened = enter(store, " WANG ", GOOD)
    back = resume(store, opened.token)
    assert back.actor.person == wang.person
    assert back.actor.grants == wang.grants
    assert not back.must_change
    assert outcomes(store) == ["in"]


def test_neither_token_nor_password_is_kept(store, wang):
    """Whoever reads the database can neither sign in nor come back as somebody."""
    opened = enter(store, "wang", GOOD)
    with pytest.raises(SignInRefused):
        enter(store, GOOD, "typed in the wrong field")
    with store.read() as c:
        kept = "\n".join(str(row) for table in METADATA.sorted_tables for row in c.execute(select(table)))
    assert opened.token not in kept
    assert GOOD not in kept
    assert "wrong field" not in kept


@pytest.mark.parametrize(("login", "password"), [("wang", "wrong"), ("nobody", GOOD), ("", ""), ("wang", "")])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(store, wang, login, password):
    with pytest.raises(SignInRefused) as refused:
        enter(store, login, password)
    assert [fault.sentence.zh for fault in refused.value.faults] == ["登录名或密码不正确"]
    assert type(refused.value) is SignInRefused


def test_a_full_width_password_is_the_same_one(store, wang):
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter != " " else letter for letter in GOOD)
    assert wide != GOOD
    enter(store, "ｗａｎｇ", wide)


def test_nobody_and_somebody_take_the_same_work():
    """Whether a name exists must not show in the time: the same hashes are worked out in every case."""

    kept, light = CHEAP.hashed(GOOD), one_time_hashed(GOOD)
    assert CHEAP.agrees(GOOD, kept)
    assert CHEAP.agrees(GOOD, light)
    assert not CHEAP.agrees("x", kept)
    assert not CHEAP.agrees("x", light)
    assert not CHEAP.agrees(GOOD, None)
    assert not CHEAP.agrees(GOOD, "no hash at all")
    slow = Hashing(memory=32 * 1024, passes=4)
    took = []
    for own in (slow.hashed(GOOD), one_time_hashed(GOOD), None):
        begun = time.process_time()
        slow.agrees("wrong", own)
        took.append(time.process_time() - begun)
    assert min(took) > 0.05 * max(took), took


def test_five_failures_lock_a_name_and_a_right_password_then_does_not_help(store, wang):
    for _ in range(MOST_OF_LOGIN):
        with pytest.raises(SignInRefused):
            enter(store, "wang", "wrong")
    with pytest.raises(SignInLocked) as refused:
        enter(store, "wang", GOOD)
    assert "15 分钟后再试" in refused.value.faults[0].sentence.zh
    with pytest.raises(SignInLocked):
        enter(store, "wang", GOOD, address="10.9.9.9")


def test_a_name_nobody_has_is_locked_just_the_same(store):
    for _ in range(MOST_OF_LOGIN):
        with pytest.raises(SignInRefused):
            enter(store, "nobody", "wrong")
    with pytest.raises(SignInLocked):
        enter(store, "nobody", "wrong")


def test_a_lock_ends_after_its_time_and_old_failures_do_not_count(store, wang):
    failed_ago(store, "wang", WINDOW + timedelta(seconds=5), MOST_OF_LOGIN)
    enter(store, "wang", GOOD)


def test_a_lock_holds_for_its_whole_time(store, wang):
    failed_ago(store, "wang", WINDOW - timedelta(seconds=30), MOST_OF_LOGIN)
    with pytest.raises(SignInLocked):
        enter(store, "wang", GOOD)


def test_failures_far_apart_do_not_lock(store, wang):
    for minutes in (29, 25, 20, 10, 4):
        failed_ago(store, "wang", timedelta(minutes=minutes))
    enter(store, "wang", GOOD)


def test_success_clears_the_count_of_the_name_but_not_of_the_address(store, wang):
    """Somebody with an account of their own could otherwise try others' between two successes."""
    failed_ago(store, "others", timedelta(minutes=1), MOST_AT_ADDRESS - 1)
    enter(store, "wang", GOOD)
    with pytest.raises(SignInRefused):
        enter(store, "wang", "wrong")
    with pytest.raises(SignInLocked):
        enter(store, "wang", GOOD)
    enter(store, "wang", GOOD, address="10.0.0.2")


def test_a_flood_at_a_locked_name_is_not_a_flood_of_rows(store):
    failed_ago(store, "nobody", timedelta(minutes=1), MOST_OF_LOGIN)
    for _ in range(4):
        with pytest.raises(SignInLocked):
            enter(store, "nobody", "wrong")
    assert outcomes(store).count("locked") == 1


def test_a_flood_of_names_from_a_locked_address_is_not_a_flood_of_rows(store):
    failed_ago(store, "others", timedelta(minutes=1), MOST_AT_ADDRESS)
    before = len(outcomes(store))
    for number in range(250):
        with pytest.raises(SignInLocked):
            enter(store, f"nobody{number}", "wrong")
    assert len(outcomes(store)) - before == 1


def test_processes_count_failures_together(store, database, wang):
    """Each worker would otherwise grant an attacker five tries of its own."""
    ready, told = FORK.Barrier(2), FORK.Queue()

    def tries():
        own = Store.open(database.url, database.schema)
        ready.wait(20)
        for _ in range(4):
            try:
                enter(own, "wang", "wrong")
            except SignInRefused as refused:
                told.put(type(refused).__name__)
        own.close()

    store.close()
    with processes(tries, tries):
        found = [told.get(timeout=30) for _ in range(8)]
    assert found.count("SignInRefused") == MOST_OF_LOGIN
    assert found.count("SignInLocked") == 3
    with pytest.raises(SignInLocked):
        enter(store, "wang", GOOD)


def test_signing_in_ends_the_session_there_was_so_none_can_be_planted(store, wang):
    """Fixation: a token somebody else knows from before is nothing afterwards."""
    before = enter(store, "wang", GOOD)
    after = enter(store, "wang", GOOD, instead_of=before.token)
    assert after.token != before.token
    assert resume(store, before.token) is None
    assert resume(store, after.token) is not None
    assert enter(store, "wang", GOOD, instead_of="nobody's token").token


def test_a_token_nobody_was_given_is_nobody(store, wang):
    enter(store, "wang", GOOD)
    with store.read() as c:
        key = c.scalar(select(session.c.token))
    assert resume(store, key) is None, "what is kept of a token is not one"
    assert resume(store, "") is None


def test_a_session_ends_when_signed_out(store, wang):
    opened = enter(store, "wang", GOOD)
    sign_out(store, opened.token)
    sign_out(store, opened.token)
    assert resume(store, opened.token) is None


def as_of(store, own, ago, seen_ago=None):
    """Add a session that was begun then, and perhaps seen later, and return its token."""
    token = f"token begun {ago} ago"
    begun = datetime.now(UTC) - ago
    with store.begin() as c:
        key = sessions.key_of(token)
        values = {"token": key, "person": own.id, "csrf": "c", "until": begun + LONGEST, "made_at": begun}
        c.execute(insert(session).values(values))
        if seen_ago is not None:
            seen = {"token": key, "number": 1, "on_behalf": "", "made_at": datetime.now(UTC) - seen_ago}
            c.execute(insert(session_seen).values(seen))
    return token


def test_a_session_lies_unused_for_half_an_hour_at_most(store, wang):
    assert resume(store, as_of(store, wang, IDLE - timedelta(minutes=1))) is not None
    assert resume(store, as_of(store, wang, IDLE + timedelta(seconds=1))) is None
    assert resume(store, as_of(store, wang, timedelta(hours=2), timedelta(minutes=29))) is not None
    assert resume(store, as_of(store, wang, timedelta(hours=3), timedelta(minutes=31))) is None


def test_a_session_ends_after_half_a_day_however_busy(store, wang):
    assert resume(store, as_of(store, wang, LONGEST - timedelta(minutes=1), timedelta(minutes=1))) is not None
    assert resume(store, as_of(store, wang, LONGEST + timedelta(seconds=1), timedelta(minutes=1))) is None


def test_being_seen_is_noted_at_most_every_few_minutes(store, wang):
    def rows():
        with store.read() as c:
            return len(c.execute(select(session_seen)).all())

    fresh = enter(store, "wang", GOOD)
    for _ in range(3):
        resume(store, fresh.token)
    assert rows() == 0
    older = as_of(store, wang, timedelta(minutes=6))
    for _ in range(3):
        resume(store, older)
    assert rows() == 1


def test_a_role_counts_from_the_next_request_on(store, admin, wang):
    """Rights are read from the database in every request, not kept in the session."""
    second = somebody(store, "guaner", Role.ADMINISTRATOR)
    token = enter(store, "wang", GOOD).token
    number = propose_role(store, admin, wang.id, RoleAsked(role=Role.MODERATOR))
    assert not resume(store, token).actor.holds(Role.MODERATOR), "proposed is not granted"
    confirm_roles(store, second, [number])
    assert resume(store, token).actor.holds(Role.MODERATOR)
    end_role(store, admin, number)
    assert not resume(store, token).actor.holds(Role.MODERATOR)


def test_closing_an_account_ends_its_sessions_and_opening_it_brings_none_back(store, admin, wang):
    token = enter(store, "wang", GOOD).token
    close_person(store, admin, wang.id)
    assert resume(store, token) is None
    with pytest.raises(AccountClosed):
        enter(store, "wang", GOOD)
    with pytest.raises(SignInRefused) as refused:
        enter(store, "wang", "wrong")
    assert not isinstance(refused.value, AccountClosed), "only the right password is told"
    open_person(store, admin, wang.id)
    assert resume(store, token) is None
    enter(store, "wang", GOOD)


@pytest.mark.parametrize(
    "work",
    [
        lambda store, own: change_password(store, own, Change(before=GOOD, after=OTHER), MLPS2, CHEAP),
        end_other_sessions,
    ],
    ids=["password", "sessions"],
)
def test_tokens_end_with_a_password_and_with_all_sessions(store, wang, admin, work):
    """Whoever fears that others know what lets them in leaves nothing that does."""
    secret = add_token(store, wang, "表格", TokenScope.WRITE, 30).secret
    others = add_token(store, admin, "表格", TokenScope.READ, 30).secret
    work(store, wang)
    assert actor_of_token(store, secret) is None
    assert actor_of_token(store, others) is not None


def test_changing_the_password_ends_all_sessions_and_begins_one(store, wang):
    here, elsewhere = enter(store, "wang", GOOD), enter(store, "wang", GOOD)
    new = change_password(store, wang, Change(before=GOOD, after=OTHER), MLPS2, CHEAP)
    assert resume(store, here.token) is None
    assert resume(store, elsewhere.token) is None
    assert resume(store, new.token).actor.id == wang.id
    with pytest.raises(SignInRefused):
        enter(store, "wang", GOOD)
    enter(store, "wang", OTHER)


def test_all_other_sessions_can_be_ended(store, wang):
    elsewhere = enter(store, "wang", GOOD)
    new = end_other_sessions(store, wang)
    assert resume(store, elsewhere.token) is None
    assert resume(store, new.token) is not None


def test_a_wrong_password_so_far_changes_nothing_and_counts_as_a_failure(store, wang):
    """Whoever finds a browser signed in must not find the password by trying."""
    for _ in range(MOST_OF_LOGIN):
        with pytest.raises(SignInRefused):
            change_password(store, wang, Change(before="wrong", after=OTHER), MLPS2, CHEAP)
    with pytest.raises(SignInLocked):
        change_password(store, wang, Change(before=GOOD, after=OTHER), MLPS2, CHEAP)
    with pytest.raises(SignInLocked):
        enter(store, "wang", GOOD)


def test_a_password_is_not_used_again_at_once(store, wang):
    change_password(store, wang, Change(before=GOOD, after=OTHER), MLPS2, CHEAP)
    for again_ in (OTHER, GOOD):
        with pytest.raises(PasswordWeak, match="not used just before"):
            change_password(store, wang, Change(before=OTHER, after=again_), MLPS2, CHEAP)


def test_a_one_time_password_lets_in_once_and_asks_for_another(store, admin, wang):
    old = enter(store, "wang", GOOD)
    handed = reset_password(store, admin, wang.id)
    assert resume(store, old.token) is None
    with pytest.raises(SignInRefused):
        enter(store, "wang", GOOD)
    back = resume(store, enter(store, "wang", handed.password).token)
    assert back.must_change
    assert back.one_time
    with pytest.raises(PasswordUsed):
        enter(store, "wang", handed.password)
    new = change_password(store, back.actor, Change(before="", after=OTHER), MLPS2, CHEAP)
    assert not resume(store, new.token).must_change
    with pytest.raises(SignInRefused) as refused:
        enter(store, "wang", handed.password)
    assert not isinstance(refused.value, PasswordUsed)


def test_a_one_time_password_that_is_too_old_lets_nobody_in(store, wang):
    late = one_time_password()
    with store.begin() as c:
        until = datetime.now(UTC) - timedelta(seconds=1)
        sessions.keep_password(c, wang.id, one_time_hashed(late), one_time_until=until)
    with pytest.raises(PasswordUsed):
        enter(store, "wang", late)
    with pytest.raises(SignInRefused) as refused:
        enter(store, "wang", "wrong")
    assert not isinstance(refused.value, PasswordUsed)


def test_people_of_the_office_change_their_password_when_it_is_old(store):
    wang = somebody(store, "wang", Role.EVALUATOR)
    member = somebody(store, "zhao", Role.MEMBER, scope=unit("A01"))
    tokens = {}
    for own in (wang, member):
        with store.begin() as c:
            row = {
                "person": own.id,
                "number": 9,
                "hash": CHEAP.hashed(GOOD),
                "one_time": 0,
                "until": None,
                "made_at": datetime.now(UTC) - timedelta(days=91),
            }
            chain.add(c, credential, **row)
        tokens[own.id] = enter(store, own.person.login, GOOD).token
    assert resume(store, tokens[wang.id], MLPS2).must_change
    assert not resume(store, tokens[wang.id], ASVS).must_change
    assert not resume(store, tokens[member.id], MLPS2).must_change


ZHANG = Person(id="0" * 16, login="zhang.san", name="张三", signs_as="张三")


@pytest.mark.parametrize(
    ("password", "policy", "words"),
    [
        ("Qw!7blue", MLPS2, "至少 10 个字符"),
        ("qwjhgk-blue-stone", MLPS2, "至少 3 类"),
        ("Qw!7blue-ston", ASVS, None),
        ("qwjhgk blue stone", ASVS, None),
        ("blue-stone", ASVS, "至少 12 个字符"),
        ("Zhang.San#7pqr", MLPS2, "登录名或姓名"),
        ("A7#zhangsanqpl", MLPS2, "登录名或姓名"),
        ("我是张三A7#pqlmnv", MLPS2, "登录名或姓名"),
        ("Password123!", MLPS2, "太常见"),
        ("P@ssw0rd2026", MLPS2, "太常见"),
        ("Dangyuan@2026", MLPS2, "太常见"),
        ("Woaini1314!!", MLPS2, "太常见"),
        ("1qaz@WSX3edc", MLPS2, "太常见"),
        ("Abc123Abc123!", MLPS2, "太常见"),
        ("x" * 129 + "A1!", MLPS2, "最多 128"),
        (GOOD, MLPS2, None),
    ],
)
def test_a_policy_says_what_is_wrong_with_a_password(password, policy, words):
    if words is None:
        policy.check(password, ZHANG)
        return
    with pytest.raises(PasswordWeak) as refused:
        policy.check(password, ZHANG)
    assert words in "".join(fault.sentence.zh for fault in refused.value.faults)
    assert password not in str(refused.value)


def test_one_time_passwords_are_many_and_readable():
    found = {one_time_password() for _ in range(2_000)}
    assert len(found) == 2_000
    assert all(re.fullmatch(r"([2-9a-hjkmnp-z]{4}-){2}[2-9a-hjkmnp-z]{4}", own) for own in found)
    assert not any(set(own) & set("01ilo") for own in found)
    assert not any(map(is_common, found))
