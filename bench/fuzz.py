"""`python -m bench.fuzz`: odd values to every address and every form, as every role. DAY-05.

    python -m bench.fuzz                                  20,000 requests on SQLite
    python -m bench.fuzz --requests 2000 --seed 7 --database postgresql

Addresses come from the URL configuration, the words of an address and of a form from what the views
read and from the forms that the pages show, commands from the processes. Each request is rolled back.
Prints how many answers had each status, and every request that was answered 500 or broke the
database's rules, with what was sent and why. Ends with 1 when there is one.
"""

import argparse
import inspect
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes

ROOT = Path(__file__).resolve().parents[1]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LEFT_OUT = {"account_logout", "demo:reset", "openid_connect_login", "openid_connect_callback"}
"""They end the session, empty the database, or ask another server."""
ODD = (
    "", " ", "²", "٣", "１２", "-1", "0", "1", "2", "00", "1.5", "1,5", "1e400", "NaN", "Infinity", "0x10",
    "2147483648", "9223372036854775807", "9223372036854775808", "9" * 40, "9" * 4301, "-" + "9" * 40,
    "null", "true", "[]", "{}", "[Infinity] []", "[1] [[1,2,3]]", "[null] [[1]]", "[1e400] []",
    '[[1]] [["a",2,{}]]', "[" * 100_000 + " []", "[] " + "[" * 100_000, '{"a":1} []', "[true] [[true,1,1]]",
    "[99999999999999999999] []", "[1] [[1,99999999999999999999,1]]", "[1] [[1,999999999999,1]]",
    "\x00", "a\x00b", "a\vb", "a\x1bb", "a\nb", "\u202eabc", "\u2066abc", "\ufeff", "\ufffe", "\ud800",
    "e\u0301", "å" * 70, "å" * 5000, "x" * 65, "x" * 300, "'; drop table x; --", "<script>alert(1)</script>",
    "%", "%s", "%00", "{{ x }}", "{% now %}", "=1+1", "../../etc/passwd", "陈 Öberg", "\U0001f600",
    "9999-12-31", "0001-01-01", "0026-11-24", "2026-02-30", "2026-11-24", "20261124", "24/11/2026",
    "12:30", "24:00", "25:61", "07:00:00", "-inf", "19400101-T123", "20991231-2387", "200001072388",
    "59,3251", "18,0710", "181", "ja", "on", "xlsx", "ics", "piece", "alla", "-frist", "vg\t1\t2\n3;4;5",
    '"', '"a\tb\nc"\t"', "1:1", "²:²", "1:" + "9" * 40,
)  # fmt: skip
OUTSIDE_NUMBERS = (
    "0",
    "999999",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 30,
    "9" * 4400,
)
WORDS = re.compile(r"""\.(?:get|getlist)\(\s*f?["']([a-z_åäö-]+)["']""", re.IGNORECASE)
FILES = (b"", b"%PDF-1.4", b"PK\x03\x04", b"\x00" * 64, "åäö".encode())


@dataclass(frozen=True)
class Sent:
    """One request, as it can be sent again."""

    who: str
    method: str
    address: str
    data: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value[:60]!r}" for name, value in self.data)
        return f"{self.who}: {self.method} {self.address[:200]} {said}".rstrip()


@dataclass
class Result:
    """How many answers had each status, and what failed: the request and why."""

    statuses: Counter[int] = field(default_factory=Counter)
    failed: list[tuple[Sent, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """The addresses, by name, that were asked."""


class _Fields(HTMLParser):
    """The forms of a page: method, address, and the fields with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a form's beginning, or one of its fields."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((said.get("method", "get").upper(), said.get("action", ""), []))
        elif not self.forms:
            return
        elif tag in ("input", "textarea", "button") and said.get("name"):
            self.forms[-1][2].append((said["name"], said.get("value", "")))
        elif tag == "select":
            self.select = said.get("name", "")
        elif tag == "option" and self.select and said.get("value"):
            self.forms[-1][2].append((self.select, said["value"]))


class Fuzzer:
    """Sends odd values as everybody. The same seed sends the same."""

    def __init__(self, world: Any, seed: int):
        self.world, self.random = world, Random(seed)
        self.result = Result()
        self.pages = list(_pages(world))
        self.forms: dict[str, list[tuple[str, str, list[tuple[str, str]]]]] = defaultdict(list)
        self.clients = _clients()
        self.cookies = {who: dict(client.cookies) for who, client in self.clients.items()}
        self.raised: list[str] = []

    def run(self, requests: int) -> Result:
        """Send so many requests: each address once as it is, to learn its forms; then odd ones."""
        from django.core.signals import got_request_exception

        got_request_exception.connect(self._note)
        try:
            for name, address, _ in self.pages[:requests]:
                answer = self._send(name, Sent("everything", "GET", address))
                self._learn(address, answer)
            for _ in range(max(0, requests - len(self.pages))):
                name, sent = self._odd()
                self._send(name, sent)
        finally:
            got_request_exception.disconnect(self._note)
        return self.result

    def _odd(self) -> tuple[str, Sent]:
        name, address, words = self.random.choice(self.pages)
        who = "everything" if self.random.random() < 0.6 else self.random.choice(list(self.clients))
        forms = self.forms.get(address, [])
        if forms and self.random.random() < 0.6:
            method, action, fields = self.random.choice(forms)
            return name, Sent(who, method, action or address, self._spoilt(fields))
        if re.search(r"/\d+/", address) and self.random.random() < 0.15:
            return name, Sent(who, "GET", self._elsewhere(address))
        method = "POST" if self.random.random() < 0.4 else "GET"
        known = self.random.sample(words, min(len(words), self.random.randint(1, 4)))
        return name, Sent(who, method, address, tuple((word, self._value()) for word in known))

    def _value(self) -> str:
        return self.random.choice(ODD)

    def _spoilt(self, fields: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """What stands in a form, one value of each field, with one to three of them odd."""
        kept = {each: value for each, value in fields if self.random.random() < 0.9}
        for each in self.random.sample(sorted(kept), min(len(kept), self.random.randint(1, 3))):
            if each not in ("csrfmiddlewaretoken", "gor", "do") or self.random.random() < 0.1:
                kept[each] = self._value()
        return tuple(kept.items())

    def _elsewhere(self, address: str) -> str:
        places = list(re.finditer(r"(?<=/)\d+(?=[/.])", address))
        place = self.random.choice(places)
        return (
            address[: place.start()] + self.random.choice(OUTSIDE_NUMBERS) + address[place.end() :]
        )

    def _send(self, name: str, sent: Sent) -> Any:
        from django.db import connection
        from django.test import TestCase

        self.raised = []
        atomics = TestCase._enter_atomics()
        try:
            answer = self._request(sent)
            self.result.statuses[answer.status_code] += 1
            if answer.status_code < 500:
                _drain(answer)
                connection.check_constraints()
        except Exception as error:
            self.raised.append(_told(error))
            answer = None
        finally:
            TestCase._rollback_atomics(atomics)
        self.result.names.add(name)
        if (
            self.raised
            or answer is None
            or (answer.status_code >= 500 and answer.status_code != 503)
        ):
            self.result.failed.append((sent, "; ".join(self.raised) or "no exception"))
        return answer

    def _request(self, sent: Sent) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        client = self.clients[sent.who]
        client.cookies.clear()  # a session that an answer began is rolled back with it
        client.cookies.update(self.cookies[sent.who])
        headers = {"X-Kundval": "piece"} if self.random.random() < 0.2 else {}
        if sent.method == "GET":
            query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sent.data)
            where, _, known = sent.address.partition("?")
            return client.get(f"{where}?{known}&{query}".rstrip("?&"), headers=headers)
        if any(each.startswith("file") for each, _ in sent.data):
            data: dict[str, Any] = {each: value.replace("\ud800", "") for each, value in sent.data}
            for each in [each for each in data if each.startswith("file")]:
                odd = "".join(sign for sign in data[each][:80] if sign not in '\x00\r\n"/\\')
                content = self.random.choice(FILES)
                data[each] = SimpleUploadedFile(f"{odd}x.pdf", content)
            return client.post(sent.address, data, headers=headers)
        body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sent.data)
        form = "application/x-www-form-urlencoded"
        return client.post(sent.address, body, content_type=form, headers=headers)

    def _learn(self, address: str, answer: Any) -> None:
        if (
            answer is None
            or answer.streaming
            or "html" not in answer.headers.get("Content-Type", "")
        ):
            return
        page = _Fields()
        page.feed(answer.content.decode())
        self.forms[address] = [form for form in page.forms if form[2]]

    def _note(self, **_: Any) -> None:
        self.raised.append(_told(sys.exc_info()[1]))


def _quoted(said: str) -> str:
    return quote_from_bytes(said.encode("utf-8", "surrogatepass"))


def _told(error: BaseException | None) -> str:
    last = error.__traceback__ if error else None
    where = ""
    while last:
        name = last.tb_frame.f_code.co_filename
        if str(ROOT) in name and "bench" not in name and ".venv" not in name:
            where = f" ({Path(name).relative_to(ROOT)}:{last.tb_lineno})"
        last = last.tb_next
    return f"{type(error).__name__}: {str(error)[:160]}{where}"


def _drain(answer: Any) -> None:
    if answer.streaming:
        for _ in answer.streaming_content:
            pass


def _pages(world: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Name, address of an object that is there, and the words that its view reads."""
    from django.urls import reverse

    from cases.models import Case
    from cases.process import commands_of
    from tests.everything import addresses

    words: dict[str, list[str]] = {}
    for name, pattern in addresses():
        view = inspect.unwrap(pattern.callback)
        module = inspect.getmodule(view)
        known = words.setdefault(module.__name__, _words_of(module))
        if name not in LEFT_OUT:
            yield name, world.address(name, pattern), known
    for case in Case.objects.all():
        yield "cases:case", reverse("cases:case", args=[case.pk]), words["cases.views"]
        for command in commands_of(case.kind):
            yield "cases:do", reverse("cases:do", args=[case.pk, command]), words["cases.views"]


def _words_of(module: Any) -> list[str]:
    """The words that the view's module, and forms that it names, read of an address or a form."""
    from django import forms

    found = set(WORDS.findall(inspect.getsource(module)))
    for each in vars(module).values():
        if inspect.isclass(each) and issubclass(each, forms.BaseForm):
            found |= set(getattr(each, "base_fields", {}))
    return sorted(found | {"sida", "dag", "key", "version", "format"})


def _clients() -> dict[str, Any]:
    """Somebody logged in for each role, one with every role of the administration, and nobody."""
    from django.test import Client

    from organisation.models import RoleAssignment, User
    from organisation.roles import OUTSIDE_ROLES, Role
    from tests.everything import holder
    from tests.factories import SINCE, root_unit

    def logged_in(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, BACKEND)
        return client

    everything = User.objects.create_user("everything", "allt@sjovik.example", "x", name="Allt Mö")
    for role in sorted(set(Role) - OUTSIDE_ROLES):
        RoleAssignment.objects.create(
            user=everything, role=role, unit=root_unit(), valid_from=SINCE
        )
    clients = {"everything": logged_in(everything), "nobody": Client(raise_request_exception=False)}
    clients |= {str(role): logged_in(holder(role)) for role in sorted(Role)}
    company = RoleAssignment.objects.filter(provider__isnull=False).order_by("pk").first()
    return clients | {"company": logged_in(company.user)}


def measure(requests: int, seed: int) -> Result:
    """Make the world and send the requests."""
    import django

    django.setup()
    from django.conf import settings

    logging.disable(logging.CRITICAL)
    settings.SESSION_COOKIE_AGE = 24 * 3600  # what prolongs a session is rolled back
    from django.test import TestCase

    from config.tables import make_tables
    from tests.everything import World

    make_tables()
    TestCase._enter_atomics()  # the world is made in one transaction, as the tests make it
    return Fuzzer(World(), seed).run(requests)


def main() -> int:
    """Run in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return _in_process(options)
    result = measure(options.requests, options.seed)
    _print(result, options)
    return 1 if result.failed else 0


def _in_process(options: argparse.Namespace) -> int:
    data = Path(tempfile.mkdtemp(prefix="kundval-fuzz-"))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "KUNDVAL_DATA": str(data),
        "KUNDVAL_DATABASE": f"sqlite:///{data / 'fuzz.sqlite3'}",
    }
    command = [
        sys.executable,
        "-m",
        "bench.fuzz",
        "--inside",
        "--requests",
        str(options.requests),
        "--seed",
        str(options.seed),
        "--database",
        options.database,
    ]
    if options.database == "postgresql":
        del environment["KUNDVAL_DATABASE"]
        command = [str(ROOT / "scripts" / "with-postgres"), *command]
    try:
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    finally:
        shutil.rmtree(data)


def _print(result: Result, options: argparse.Namespace) -> None:
    print(f"seed {options.seed}, {options.database}: {sum(result.statuses.values())} answers")
    print("  " + ", ".join(f"{code}: {count}" for code, count in sorted(result.statuses.items())))
    print(f"  {len(result.names)} addresses by name, {len(result.failed)} failed")
    for sent, why in result.failed:
        print(f"FAILED {sent}\n       {why}")


if __name__ == "__main__":
    sys.exit(main())
