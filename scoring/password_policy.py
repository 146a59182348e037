"""What a password must be, as a setting: by the rules for protected systems (等保二级), or by length alone (ASVS)."""

import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from scoring.errors import Fault, Place, Refused
from scoring.people import Grant, Person, Role
from scoring.texts import Text, unwritable

LONGEST = 128
"""Characters a password has at most."""

_SERVED = frozenset({Role.MEMBER, Role.MERCHANT})
"""Roles of people who come for themselves; whoever holds another works for the office."""

_SHORTEST_WORD = 3
_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_LEET = str.maketrans("@4310$5!7", "aaeiossit")
_EDGES = string.digits + string.punctuation


class PasswordWeak(Refused):
    """A password is not what the policy asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """At least so long, of so many classes of characters, and changed by people of the office after so many days."""

    id: str
    least: int
    classes: int
    days: int | None

    @property
    def told(self) -> Text:
        """What it asks for, for whoever chooses a password."""
        zh, en = f"至少 {self.least} 个字符", f"At least {self.least} characters"
        if self.classes > 1:
            zh += f"，大写字母、小写字母、数字、符号中至少 {self.classes} 类"
            en += f", of at least {self.classes} kinds among capitals, small letters, digits and signs"
        zh += "；不能包含登录名、姓名，也不能是常见密码"
        en += "; without the sign-in name or the name, and no common password"
        if self.days is not None:
            zh += f"；工作人员每 {self.days} 天更换一次"
            en += f"; people of the office change it every {self.days} days"
        return Text(f"{zh}。", f"{en}.")

    def check(self, password: str, person: Person) -> None:
        """Raise PasswordWeak with all that is wrong with *password* as that of *person*."""
        faults = [
            Fault(place=Place(), sentence=sentence)
            for sentence in self._wrong(unicodedata.normalize("NFKC", password), person)
        ]
        if faults:
            raise PasswordWeak(faults)

    def is_old(self, made_at: datetime, grants: tuple[Grant, ...], now: datetime) -> bool:
        """Return whether a password made then has to be changed by somebody with those roles."""
        of_office = any(own.role not in _SERVED for own in grants)
        return self.days is not None and of_office and now - made_at > timedelta(days=self.days)

    def _wrong(self, password: str, person: Person) -> Iterator[Text]:
        if len(password) < self.least:
            yield Text(f"密码至少 {self.least} 个字符", f"a password has at least {self.least} characters")
        if len(password) > LONGEST or unwritable(password) is not None:
            yield Text(
                f"密码最多 {LONGEST} 个可见字符", f"a password has at most {LONGEST} visible characters"
            )
        if _classes(password) < self.classes:
            yield Text(
                f"密码应含大写字母、小写字母、数字、符号中的至少 {self.classes} 类",
                f"a password has at least {self.classes} kinds of characters: capitals, small letters, digits, signs",
            )
        if any(word in password.casefold() for word in _own_words(person)):
            yield Text("密码不能包含登录名或姓名", "a password does not contain the sign-in name or the name")
        if is_common(password):
            yield Text(
                "这个密码太常见，容易被猜到，请换一个",
                "this password is common and easily guessed; choose another",
            )


MLPS2 = Policy(id="mlps2", least=10, classes=3, days=90)
"""Ten characters of three classes, changed every 90 days: what inspections of protected systems ask for."""

ASVS = Policy(id="asvs", least=12, classes=1, days=None)
"""Twelve characters of any kind, changed when there is a reason (OWASP ASVS 5.0, 6.2)."""

POLICIES = {own.id: own for own in (MLPS2, ASVS)}
"""The policies by id."""


def is_common(password: str) -> bool:
    """Return whether *password* is one that many people choose, also with figures or signs around or in it."""
    folded = password.casefold()
    forms = {folded, folded.translate(_SHIFTED), folded.translate(_LEET)}
    forms |= {form.strip(edge) for form in forms for edge in (_EDGES, string.punctuation)}
    forms |= {_without_repeats(form) for form in forms}
    return any(form in _common() for form in forms) or len(set(folded)) < _SHORTEST_WORD + 1


@cache
def _common() -> frozenset[str]:
    """Return what many people choose, in small letters."""
    lines = files("scoring").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _without_repeats(word: str) -> str:
    """Return the piece that *word* repeats, or *word* itself."""
    at = (word + word).find(word, 1)
    return word[:at] if word and at < len(word) else word


def _classes(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdigit)
    held = [any(map(test, password)) for test in tests]
    return sum(held) + any(
        not letter.isupper() and not letter.islower() and not letter.isdigit() for letter in password
    )


def _own_words(person: Person) -> Iterator[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 every command would load all readings there are

    pinyin = "".join(lazy_pinyin(person.name, errors="ignore"))
    for word in (person.login, person.name.casefold(), pinyin):
        if len(word) >= _SHORTEST_WORD or (word == person.name.casefold() and len(word) > 1):
            yield word
