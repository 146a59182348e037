"""The pages are served for real: started, asked, reloaded and ended as an office does it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result

from scoring.store.address import database_at
from scoring.store.engine import Store
from scoring.store.preparation import bring
from tests.databases import Database, postgresql_at, ready_made, sqlite_in
from tests.store.frozen import year
from web import settings as settings_module
from web.cli import main
from web.listening import link, listen, listen_from
from web.settings import settings

STARS = str(Path(sys.executable).parent / "stars")
PATIENCE = 120
"""Seconds in which a start on a busy machine must succeed."""


@dataclass(slots=True)
class Service:
    """A service that runs, what it has said so far, and the port of its pages."""

    process: subprocess.Popen[str]
    port: int = 0
    said: list[str] = field(default_factory=list)

    def get(self, path: str = "/healthz", **headers: str) -> tuple[int, bytes]:
        """Ask on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def ended_by(self, signal_: int) -> tuple[int, float, str]:
        """Send that signal; return the exit code, the seconds it took, and all that was written to standard error."""
        begun = time.monotonic()
        os.killpg(self.process.pid, signal_)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, time.monotonic() - begun, errors


@contextmanager
def heeding(sigint: Callable[..., object] | signal.Handlers) -> Iterator[None]:
    """Have Ctrl+C do that meanwhile. A run in the background ignores it, and what is started by it would do likewise."""
    before = signal.signal(signal.SIGINT, sigint)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def running(
    folder: Path, *command: str, url: str = "sqlite:///county.db", schema: str = "stars"
) -> Iterator[Service]:
    """Start that command in *folder* and wait until it says where its pages are; at the end it is killed if need be."""
    with heeding(signal.default_int_handler):
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ
            | {
                "STARS_DATABASE_URL": url,
                "STARS_DATABASE_SCHEMA": schema,
                "STARS_LANG": "en",
                "HOME": str(folder),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    service = Service(process)
    try:
        for line in process.stdout:
            service.said.append(line.rstrip("\n"))
            if found := re.search(r"ready at http://127\.0\.0\.1:(\d+)/ \(Ctrl\+C", line):
                service.port = int(found[1])
                break
        else:
            pytest.fail(f"it did not start: {service.said} {process.stderr.read()}")
        yield service
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def made(database: Database) -> Database:
    ready_made(database)
    with closing(Store.open(database.url, database.schema)) as store, store.begin() as c:
        year(c)
    return database


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    """A folder with a county's database, and with files that no service may take for its own."""
    folder = tmp_path_factory.mktemp("office")
    made(sqlite_in(folder))
    for name in ("flask.py", "web.py", "scoring.py", "setproctitle.py"):
        (folder / name).write_text("raise SystemExit('taken from the working folder')\n")
    return folder


@pytest.fixture(scope="module")
def shared(office) -> Iterator[Service]:
    """A service that is only asked."""
    with running(office, STARS, "serve", "--port", "0") as service:
        yield service


@pytest.fixture
def served(office) -> Iterator[Service]:
    """A service of the test's own."""
    with running(office, STARS, "serve", "--port", "0") as service:
        yield service


# Under gunicorn


def test_the_pages_are_there_and_for_this_machine_alone(shared, office):
    """One listening socket, on loopback; no socket of gunicorn's own, nothing left in the home folder."""
    assert shared.get() == (200, b"ok\n")
    assert shared.get("/")[0] in {200, 302}
    family = [psutil.Process(shared.process.pid), *psutil.Process(shared.process.pid).children()]
    listening = {
        own.laddr for each in family for own in each.net_connections("inet") if own.status == "LISTEN"
    }
    assert listening == {("127.0.0.1", shared.port)}
    assert [own for each in family for own in each.net_connections("unix") if own.laddr] == []
    assert not (office / ".gunicorn").exists()


def test_another_name_is_not_answered(shared):
    """A page from elsewhere whose name leads here by a trick must not read the county through the clerk's browser."""
    assert shared.get(Host=f"localhost:{shared.port}")[0] == 200
    assert shared.get(Host="elsewhere.example")[0] == 421


def test_the_database_is_the_workers_own(shared):
    """What is opened before the fork would be shared: one connection, two users."""
    shared.get()
    overseer = psutil.Process(shared.process.pid)
    (worker,) = overseer.children()
    opened = [[own.path for own in each.open_files()] for each in (overseer, worker)]
    assert [any("county.db" in path for path in paths) for paths in opened] == [False, True]


def test_it_ends_when_it_is_told_to(served):
    """In time, with a browser that keeps its connection and another that never finishes its question."""
    with (
        closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)) as idle,
        socket.create_connection(("127.0.0.1", served.port)) as slow,
    ):
        idle.request("GET", "/healthz")
        idle.getresponse().read()
        slow.sendall(b"GET / HTTP/1.1\r\nHost: local")
        code, seconds, errors = served.ended_by(signal.SIGTERM)
    assert (code, errors) == (0, "")
    assert seconds < 10


def test_ctrl_c_is_an_orderly_end(served):
    """A terminal sends it to all processes at once."""
    served.get()
    code, seconds, errors = served.ended_by(signal.SIGINT)
    assert (code, errors) == (0, "")
    assert seconds < 10


def test_it_is_reloaded_without_an_unanswered_request(served):
    """Three times, under four clients: whoever upgrades need not wait for the night."""
    answers: list[object] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                answers.append(served.get()[0])
            except Exception as error:
                answers.append(error)

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    for _ in range(3):
        before = served.workers()
        served.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE
        while served.workers() & before or not served.workers():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        enough = len(answers) + 40
        while len(answers) < enough:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    over.set()
    for client in clients:
        client.join()
    assert [answer for answer in answers if answer != 200] == []
    code, _, errors = served.ended_by(signal.SIGTERM)
    assert (code, errors) == (0, "")


def test_a_county_on_a_server_has_more_than_one_worker(postgresql, tmp_path):
    """Writers of a file wait for each other in any case; a server takes them together."""
    database = made(postgresql_at(postgresql))
    with running(
        tmp_path, STARS, "serve", "--port", "0", url=database.url, schema=database.schema
    ) as service:
        assert service.get()[0] == 200
        deadline = time.monotonic() + PATIENCE
        while len(service.workers()) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_who_oversees_the_workers_loads_nothing_of_the_release(shared):
    """Workers started by a reload would else be half of the release before."""
    overseer = psutil.Process(shared.process.pid)
    (worker,) = overseer.children()
    loaded = [" ".join(own.path for own in each.memory_maps()) for each in (overseer, worker)]
    assert ["numpy" in libraries for libraries in loaded] == [False, True]
    program = "import sys, web.serving; print(*sorted(n for n in sys.modules if n.split('.')[0] in ('web', 'scoring')))"
    told = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["web", "web.serving"]


# Without gunicorn


def test_those_who_work_on_the_pages_have_a_server_of_their_own(office):
    with running(office, STARS, "serve", "--port", "0", "--development") as service:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                assert service.get() == (200, b"ok\n")
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                time.sleep(0.1)


def test_where_there_is_no_gunicorn_a_simple_server_does(office):
    """On Windows; here a claim to be it. These tests may themselves have been told to ignore Ctrl+C: it ends all the same."""
    program = (
        "import sys, web.wsgi, werkzeug.serving, web.cli\n"
        "sys.platform = 'win32'\nsys.modules['gunicorn'] = None\nweb.cli.main(sys.argv[1:])"
    )
    command = (sys.executable, "-P", "-c", program, "serve", "--port", "0")
    with heeding(signal.SIG_IGN), running(office, *command) as service:
        assert service.get() == (200, b"ok\n")
        code, _, errors = service.ended_by(signal.SIGINT)
    assert code == 0
    assert "On Windows this is a simple server" in errors
    assert "Traceback" not in errors


# What is refused before anything starts


@pytest.fixture
def started(monkeypatch) -> list[tuple]:
    """What would have been started."""
    calls: list[tuple] = []
    monkeypatch.setattr(os, "execve", lambda *call: calls.append(call))
    return calls


def stars(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


@pytest.fixture
def at_office(office, monkeypatch) -> Path:
    monkeypatch.chdir(office)
    monkeypatch.setenv("STARS_DATABASE_URL", "sqlite:///county.db")
    monkeypatch.delenv("STARS_TRUSTED_HOSTS", raising=False)
    monkeypatch.delenv("STARS_LANG", raising=False)
    return office


@pytest.fixture
def taken() -> Iterator[str]:
    """A port at which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield str(other.getsockname()[1])


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "已被别的程序占用"), ("en", "is in use by another program")]
)
def test_a_port_in_use_is_told(at_office, started, taken, lang, said):
    outcome = stars("serve", "--port", taken, "--lang", lang)
    assert (outcome.exit_code, outcome.stdout, started) == (2, "", [])
    assert outcome.stderr.count("\n") == 1
    assert said in outcome.stderr
    assert taken in outcome.stderr


@pytest.mark.parametrize("host", ["192.0.2.7", "nowhere.invalid", "a" * 80, "x..y"])
@pytest.mark.parametrize(("lang", "said"), [("zh", "没有“{}”这个地址"), ("en", "has no address “{}”")])
def test_an_address_of_another_machine_is_told(at_office, started, host, lang, said):
    outcome = stars("serve", "--host", host, "--lang", lang)
    assert (outcome.exit_code, outcome.stdout, started) == (2, "", [])
    assert outcome.stderr.splitlines()[-1].count(said.format(host)) == 1


def test_a_port_of_the_systems_own_is_told(at_office, started, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    outcome = stars("serve", "--port", "80", "--lang", "en")
    assert (outcome.exit_code, started) == (2, [])
    assert outcome.stderr == "You may not use the port 80; choose one above 1024 with --port\n"


@pytest.mark.parametrize(("lang", "said"), [("zh", "请先运行 stars init"), ("en", "run `stars init` first")])
def test_a_county_without_a_database_is_told(at_office, started, monkeypatch, lang, said):
    monkeypatch.setenv("STARS_DATABASE_URL", "sqlite:///none.db")
    outcome = stars("serve", "--port", "0", "--lang", lang)
    assert (outcome.exit_code, outcome.stdout, started) == (2, "", [])
    assert said in outcome.stderr
    assert not (at_office / "none.db").exists()


def test_a_database_of_an_older_release_is_told(started, database, monkeypatch):
    bring(database_at(database.url, database.schema, 15_000), "0001")
    monkeypatch.setenv("STARS_DATABASE_URL", database.url)
    monkeypatch.setenv("STARS_DATABASE_SCHEMA", database.schema)
    outcome = stars("serve", "--port", "0", "--lang", "en")
    assert (outcome.exit_code, outcome.stdout, started) == (2, "", [])
    assert re.search(r"older release .*make a backup, then run `stars init`", outcome.stderr)


# Where it is served


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "凡是能连到本机的人，都能看到已发布的内容"),
        ("en", "everyone who can reach this machine can read"),
    ],
)
def test_who_serves_others_is_told_who_can_read(at_office, started, lang, said):
    assert said not in stars("serve", "--port", "0", "--lang", lang).output
    outcome = stars("serve", "--port", "0", "--host", "0.0.0.0", "--lang", lang)
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert said in outcome.stderr
    assert socket.gethostname().lower() in outcome.stderr
    assert len(started) == 2


def test_the_server_has_the_settings_of_the_command(at_office, started, monkeypatch):
    """The county, the language and the names are not asked for twice."""
    stars("serve", "--port", "0", "--lang", "en")
    ((program, command, environment),) = started
    assert program == sys.executable
    assert command[:4] == (sys.executable, "-P", "-m", "web.serving")
    assert environment["STARS_DATABASE_URL"] == "sqlite:///county.db"
    assert environment["STARS_LANG"] == "en"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert settings().trusted_hosts == ("localhost", "127.0.0.1", "[::1]")


def test_the_names_that_are_answered(monkeypatch):
    """This machine's names for itself, and those of the address it is served at; or those that are set."""
    monkeypatch.delenv("STARS_TRUSTED_HOSTS", raising=False)
    monkeypatch.setattr(settings_module.socket, "gethostname", lambda: "Desk-7.county.lan")
    own = ("localhost", "127.0.0.1", "[::1]")
    assert settings().trusted_hosts == settings("localhost").trusted_hosts == own
    assert settings("192.0.2.7").trusted_hosts == (*own, "192.0.2.7")
    assert settings("Stars.County.lan").trusted_hosts == (*own, "stars.county.lan")
    assert settings("2001:db8::7").trusted_hosts == (*own, "[2001:db8::7]")
    for everywhere in ("0.0.0.0", "::"):
        names = settings(everywhere).trusted_hosts
        assert names[:5] == (*own, "desk-7.county.lan", "desk-7.local")
    monkeypatch.setenv("STARS_TRUSTED_HOSTS", " Stars.county.lan,, 192.0.2.7 ")
    assert settings("0.0.0.0").trusted_hosts == ("stars.county.lan", "192.0.2.7")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (("127.0.0.1", 8000), "http://127.0.0.1:8000/"),
        (("0.0.0.0", 8000), "http://127.0.0.1:8000/"),
        (("::", 80, 0, 0), "http://[::1]:80/"),
        (("2001:db8::7", 80, 0, 0), "http://[2001:db8::7]:80/"),
    ],
)
def test_a_link_is_one_a_browser_here_can_open(address, expected):
    assert link(address) == expected


def test_nobody_else_can_take_the_port_meanwhile():
    """It is held from the moment it was found free."""
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with listen_from("127.0.0.1", port) as second:
            assert second.getsockname()[1] > port


# The demo


def test_the_demo_is_served(tmp_path):
    """From nothing to a page in a browser; a county of the settings is not touched."""
    with running(
        tmp_path,
        STARS,
        "demo",
        "--scale",
        "0.05",
        "--members",
        "0",
        "--folder",
        "show",
        "--port",
        "0",
        url="sqlite:///none.db",
    ) as service:
        assert "stars editions" in "\n".join(service.said)
        assert service.get() == (200, b"ok\n")
        assert service.get("/")[0] == 302
        database = str(tmp_path / "show" / "stars.sqlite3")
        (worker,) = service.workers()
        assert any(own.path.startswith(database) for own in psutil.Process(worker).open_files())
        code, _, errors = service.ended_by(signal.SIGTERM)
    assert code == 0
    assert "2026: importing" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "none.db").exists()


def test_a_demo_at_a_port_in_use_is_refused_before_it_is_built(at_office, tmp_path, started, taken):
    outcome = stars("demo", "--folder", str(tmp_path / "show"), "--port", taken, "--lang", "en")
    assert (outcome.exit_code, started) == (2, [])
    assert "is in use by another program" in outcome.stderr
    assert not (tmp_path / "show").exists()


@pytest.fixture
def shown_at_once(at_office, monkeypatch) -> None:
    """A demo that need not be built nor shown."""
    monkeypatch.setattr("web.commands.demo._build", lambda *_: None)
    monkeypatch.setattr("web.commands.demo._show", lambda *_: None)


def test_a_demo_that_was_asked_for_no_port_takes_the_next(
    shown_at_once, tmp_path, started, taken, monkeypatch
):
    """And says so; the county in its own folder is what is served."""
    monkeypatch.setattr("web.commands.demo.PORT", int(taken))
    outcome = stars("demo", "--folder", str(tmp_path), "--lang", "en")
    assert outcome.exit_code == 0
    assert re.search(rf"The port {taken} is in use, so \d+ is taken", outcome.stdout)
    ((_, _, environment),) = started
    assert environment["STARS_DATABASE_URL"] == f"sqlite:///{tmp_path}/stars.sqlite3"
    assert environment["STARS_DATABASE_SCHEMA"] == "stars"


def test_a_demo_may_be_built_without_being_served(shown_at_once, tmp_path, started):
    assert stars("demo", "--folder", str(tmp_path), "--no-serve").exit_code == 0
    assert started == []


def test_a_demo_of_an_older_release_says_how_it_is_upgraded(at_office, tmp_path, started):
    """`stars init` alone would upgrade another county: the one of the settings."""
    url = f"sqlite:///{tmp_path}/stars.sqlite3"
    bring(database_at(url, "stars", 15_000), "0001")
    outcome = stars("demo", "--folder", str(tmp_path), "--lang", "en")
    assert (outcome.exit_code, started) == (2, [])
    assert f"STARS_DATABASE_URL={url} stars init" in outcome.stderr
