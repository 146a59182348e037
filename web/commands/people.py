"""Commands on people, for whoever runs the server: the first administrators, and passwords that pages do not reset."""

import json

import click

from scoring.people import Role
from scoring.texts import Lang, Text
from scoring.workflow.keep_people import Handed, NewPerson
from scoring.workflow.people_by_command import (
    add_by_command,
    grant_by_command,
    list_by_command,
    reset_by_command,
)
from web import listings
from web.commands.county import store
from web.commands.options import LANG, one_form, refusals_told
from web.words import moment

_ROLE = click.option(
    "--role", type=click.Choice([role.value for role in Role]), help="A role that holds at once."
)
_SCOPE = click.option(
    "--scope",
    default="",
    metavar="NAME",
    callback=one_form,
    help="Over what: a township, a department, or a unit's code.",
)


@click.group()
def people() -> None:
    """People: the first administrators, and who is here.  人员。"""


@people.command()
@click.argument("login", metavar="LOGIN")
@click.argument("name", metavar="NAME", callback=one_form)
@click.option(
    "--administrator", is_flag=True, help="Make them an administrator; two are needed to grant roles."
)
@_ROLE
@_SCOPE
@click.option("--unit", default="", metavar="CODE", callback=one_form, help="The branch they belong to.")
@LANG
@refusals_told
def add(
    login: str, name: str, administrator: bool, role: str | None, scope: str, unit: str, lang: Lang
) -> None:
    """Make an account for NAME, who signs in as LOGIN, and print the one-time password.  开设账号。"""
    roles = _roles(role, scope) + ([(Role.ADMINISTRATOR, "", "")] if administrator else [])
    with store() as opened:
        handed = add_by_command(opened, NewPerson(login=login, name=name, unit=unit), roles)
    _tell(handed, lang)


@people.command()
@click.argument("login", metavar="LOGIN")
@_ROLE
@_SCOPE
@LANG
@refusals_told
def grant(login: str, role: str | None, scope: str, lang: Lang) -> None:
    """Let a role of who signs in as LOGIN hold at once.  授予角色。"""
    if role is None:
        raise click.UsageError("--role ROLE")
    with store() as opened:
        person = grant_by_command(opened, login, _roles(role, scope))
    title = Role(role).called
    click.echo(
        Text(f"{person.name}：{title.zh}，立即生效", f"{person.name}: {title.en}, from now on").in_(lang)
    )


@people.command()
@click.argument("login", metavar="LOGIN")
@LANG
@refusals_told
def reset(login: str, lang: Lang) -> None:
    """Print a new one-time password of who signs in as LOGIN; their sessions end.  重置密码。"""
    with store() as opened:
        handed = reset_by_command(opened, login)
    _tell(handed, lang)


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@LANG
@refusals_told
def list_(as_json: bool, lang: Lang) -> None:
    """List everybody with their roles.  列出人员。"""
    with store() as opened:
        found = list_by_command(opened)
    if as_json:
        rows = [
            {
                "id": own.person.id,
                "login": own.person.login,
                "name": own.person.name,
                "open": own.person.open,
                "unit": own.person.unit,
                "roles": [
                    {"role": one.grant.role.value, "scope": one.grant.scope.name, "period": one.grant.period}
                    for one in own.roles
                ],
            }
            for own in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif found:
        listings.show_people(found, lang)
    else:
        click.echo(
            Text(
                "还没有人；先用 stars people add --administrator 登录名 姓名 开设两名管理员",
                "Nobody is here yet; stars people add --administrator LOGIN NAME makes an administrator: make two",
            ).in_(lang)
        )


def _roles(role: str | None, scope: str) -> list[tuple[Role, str, str]]:
    return [] if role is None else [(Role(role), scope, "")]


def _tell(handed: Handed, lang: Lang) -> None:
    until = moment(handed.until)
    click.echo(
        Text(
            f"{handed.person.name}，登录名 {handed.person.login}，一次性密码 {handed.password}\n"
            f"{until} 前用它登录一次，随后自行设定密码；密码只显示这一次",
            f"{handed.person.name} signs in as {handed.person.login} with the one-time password {handed.password}\n"
            f"once, before {until}, and then chooses a password; this one is not shown again",
        ).in_(lang)
    )
