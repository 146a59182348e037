"""The bodies that are assessed, and the groups they are counted in."""

from dataclasses import dataclass
from enum import StrEnum

from scoring.texts import Text


class Grouping(StrEnum):
    """By what units are grouped; `superior` is the department where there is one, else the township."""

    COUNTY = "county"
    DOMAIN = "domain"
    TOWNSHIP = "township"
    DEPARTMENT = "department"
    SUPERIOR = "superior"


DOMAINS: dict[str, Text] = {
    "rural": Text("农村", "Rural"),
    "office": Text("机关", "Government office"),
    "community": Text("社区", "Community"),
    "new_sector": Text("两新", "New economic and social organisation"),
    "enterprise": Text("国企", "State-owned enterprise"),
    "school": Text("学校", "School"),
    "hospital": Text("公立医院", "Public hospital"),
}
"""The seven domains that have criteria sets of their own, by id; an office may name others."""

LONGEST_NAME = 160
"""Characters of a code, or of a name by which something is found; five such make one key on every database."""

_DOMAIN_IDS = {title.zh: domain for domain, title in DOMAINS.items()} | {
    "医院": "hospital",
    "两新组织": "new_sector",
}


def domain_id(domain: str) -> str:
    """Return the id of *domain*, which may be written by id or by Chinese name; another domain stays as it is."""
    return _DOMAIN_IDS.get(domain, domain)


def domain_title(domain: str) -> Text:
    """Return the title of *domain*; of one the service does not know, the word itself."""
    return DOMAINS.get(domain_id(domain), Text(domain, domain))


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """A group of units: what kind it is and its name. The county is the one group of its kind, named ''."""

    kind: Grouping
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A body that is assessed: a branch. It answers to its department if it has one, else to its township.

    `predecessors` are the codes of the units it was merged, split or renamed from; they keep its history.
    """

    code: str
    name: str
    domain: str
    township: str | None = None
    department: str | None = None
    gates: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.code and self.name and self.domain):
            raise ValueError("a unit needs a code, a name and a domain")
        if not (self.township or self.department):
            raise ValueError(f"unit {self.code} needs a township or a department")

    def group(self, grouping: Grouping) -> Group | None:
        """Return its group under *grouping*; None where it belongs to none."""
        match grouping:
            case Grouping.COUNTY:
                return Group(grouping, "")
            case Grouping.DOMAIN:
                return Group(grouping, self.domain)
            case Grouping.TOWNSHIP:
                return Group(grouping, self.township) if self.township else None
            case Grouping.DEPARTMENT:
                return Group(grouping, self.department) if self.department else None
            case Grouping.SUPERIOR:
                return self.group(Grouping.DEPARTMENT) or self.group(Grouping.TOWNSHIP)
