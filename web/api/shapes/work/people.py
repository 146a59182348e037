"""The shapes of people, their roles, and one's own account."""

from scoring.people import Reach, Role
from scoring.store.rights import GrantState
from scoring.store.tokens import TokenScope
from web.api.fields import Shape, choice, many, one, truth, words
from web.api.fields import number as integer
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import moment

_DAY = "A day, as 2026-12-31."
_NAME = "Who did it; '' by a command on the server."


class HeldRole(Shape):
    """A role in force, and over what."""

    role = choice("The role.", Role)
    reach = choice("What it is held over.", Reach, attribute="scope.reach")
    scope = words("Its name; '' for the county.", attribute="scope.name")
    period = words("The period it is for; '' for every one.")


class Me(Shape):
    """Who asks."""

    id = words("The id.")
    login = words("The sign-in name.")
    name = words("The name.")
    signs_as = words("What stands on marks.")
    unit = words("The branch; '' where none is known.")
    roles = many(HeldRole, "The roles in force.")
    on_behalf = words("The name of whom one acts for now; '' for oneself.")
    unread = integer("How many notices are not read.")


class Notice(Shape):
    """Something one was told."""

    number = integer("Its number.")
    kind = words("What sort it is.")
    sentence = one(Sentence, "What one was told.")
    address = words("The page it is about.")
    made_at = moment("When.")
    read = truth("Whether it was read.")


class Inbox(Shape):
    """What one was told."""

    notices = many(Notice, "The newest first, 200 at most.")


class Token(Shape):
    """A token for a program."""

    key = words("Its hash, by which it is ended.")
    name = words("What it is for.")
    scope = choice("What it is good for.", TokenScope)
    until = moment("Until when.")
    made_at = moment("When it was made.")


class Tokens(Shape):
    """One's tokens."""

    tokens = many(Token, "Those that are good.")


class Deputyship(Shape):
    """That somebody may act on behalf of somebody."""

    number = integer("Its number.")
    principal_name = words("On whose behalf.")
    person_name = words("Who acts.")
    first_day = words(_DAY)
    last_day = words(_DAY)
    ended = truth("Whether it was ended.")


class Deputies(Shape):
    """Who acts for one, and for whom one acts."""

    deputies = many(Deputyship, "Who may act for one.")
    principals = many(Deputyship, "For whom one may act.")


class Grant(Shape):
    """A role proposed for a person."""

    number = integer("Its number.")
    role = choice("The role.", Role)
    reach = choice("What it is held over.", Reach)
    scope = words("Its name; '' for the county.")
    period = words("The period it is for; '' for every one.")
    state = choice("What became of it.", GrantState)
    proposed_at = moment("When it was proposed.")
    moved_at = moment("When it was moved last; null where it waits.")


class Person(Shape):
    """A person with their roles."""

    id = words("The id.")
    login = words("The sign-in name.")
    name = words("The name.")
    signs_as = words("What stands on marks.")
    unit = words("The branch; '' where none is known.")
    open = truth("Whether the account is open.")
    grants = many(Grant, "All roles ever proposed, in order.")


class People(Shape):
    """Everybody with an account."""

    people = many(Person, "The people, by name.")


class Recusal(Shape):
    """A unit that a person keeps away from."""

    unit = words("The unit's code.")
    reason = words("Why.")
    by_name = words(_NAME)
    made_at = moment("Since when.")


class WholePerson(Person):
    """All that administrators see of a person."""

    recusals = many(Recusal, "What they keep away from.")
    deputies = many(Deputyship, "Who may act for them.")
    principals = many(Deputyship, "For whom they may act.")


class OnePerson(Shape):
    """A person."""

    id = words("The id.")
    login = words("The sign-in name.")
    name = words("The name.")
    signs_as = words("What stands on marks.")
    unit = words("The branch; '' where none is known.")
    open = truth("Whether the account is open.")


class Handed(Shape):
    """A one-time password, to be handed to its person."""

    person = one(OnePerson, "The person.")
    password = words("The password, told once; null where this was asked again.", allow_none=True)
    until = moment("Until when it lets them in.")


class WaitingGrant(Shape):
    """A role that waits for a second administrator."""

    grant = one(Grant, "The role.")
    person = one(OnePerson, "Whose it is to be.")
    proposer_name = words(_NAME)
    own = truth("Whether whoever asks may not decide it.")


class WaitingGrants(Shape):
    """The roles that wait."""

    waiting = many(WaitingGrant, "The roles, in order.")
