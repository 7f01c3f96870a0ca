"""Commands about who may ask, and who has asked: `churn keys`, `churn users`, `churn audit`."""

import getpass
import json
import sys
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from churn_pipeline.access.rights import Role
from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings

keys = typer.Typer(help="API keys: create, list, revoke.", no_args_is_help=True)
users = typer.Typer(help="Users of the app: create, list, disable, password.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(users, name="users")

Asked = TypeVar("Asked", bound=BaseModel)
Name = Annotated[str, typer.Option("--name", help="what it is called in lists and in the audit log")]
Shops = Annotated[
    list[str] | None, typer.Option("--shop", help="a shop that may be seen, may be repeated; default: all")
]


@app.command("audit")
def audit(
    shop: Annotated[str | None, typer.Option("--shop", help="of one shop alone")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="of one customer alone")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="the newest so many")] = 100,
    as_json: Json = False,
) -> None:
    """Who was given which customers' data, newest first."""
    from churn_pipeline.service.audit import accesses
    from churn_pipeline.service.callers import LOCAL

    found = accesses(Settings(), LOCAL, shop, customer, limit)
    if as_json:
        print(json.dumps([entry.model_dump(mode="json") for entry in found], ensure_ascii=False))
        return
    for entry in found:
        whom = entry.customer_id or f"{entry.customers} customers"
        print(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.shop:<20} {entry.action:<20} {whom:<24} {entry.caller}")


@keys.command("create")
def create_key(
    name: Name,
    shop: Shops = None,
    admin: Annotated[
        bool, typer.Option("--admin", help="every shop, and the installation: keys, shops, users")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="may also upload, train, simulate, save")] = False,
    contacts: Annotated[
        bool, typer.Option("--contacts", help="may also see customers' names, mail addresses, telephones")
    ] = False,
    expires: Annotated[int | None, typer.Option(help="days until it expires; default: never")] = None,
    as_json: Json = False,
) -> None:
    """Makes an API key and prints it; it is shown this once."""
    from churn_pipeline.service import keys_and_users as service
    from churn_pipeline.service.callers import LOCAL

    asked = {"write": write, "contacts": contacts, "admin": admin, "expires_days": expires}
    request = _request(service.KeyRequest, name=name, shops=shop or None, **asked)
    made = service.create_key(Settings(), LOCAL, request, at_the_shell=True)
    if as_json:
        print(json.dumps({"id": made.key_id, "key": made.key}))
    else:
        print(made.key)
        print(f"Keep it now: it is not shown again. To take it back: churn keys revoke {made.key_id}")
    _say_to_come(made.shops_to_come)


@keys.command("list")
def list_keys(as_json: Json = False) -> None:
    """Every key, without what it opens with."""
    from churn_pipeline.service import keys_and_users as service
    from churn_pipeline.service.callers import LOCAL

    found = service.list_keys(Settings(), LOCAL)
    if as_json:
        print(json.dumps([{"id": key.key_id, **key.model_dump(mode="json")} for key in found]))
        return
    for key in found:
        may = "admin" if key.is_admin else "reads and writes" if key.can_write else "reads"
        print(f"{key.key_id}  {key.state:<8} {_shops(key.shops):<20} {may:<17} {key.name}")


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="id of the key; see: churn keys list")]) -> None:
    """Takes a key back: it opens nothing from now on."""
    from churn_pipeline.service import keys_and_users as service
    from churn_pipeline.service.callers import LOCAL

    service.revoke_key(Settings(), LOCAL, key_id)
    print(f"Key {key_id} is revoked.")


@users.command("create")
def create_user(
    name: Name,
    role: Annotated[
        Role, typer.Option(help="owner: everything; analyst: works with the data; reader: looks")
    ],
    shop: Shops = None,
    as_json: Json = False,
) -> None:
    """Makes a user of the app; the password is read from standard input."""
    from churn_pipeline.service import keys_and_users as service
    from churn_pipeline.service.callers import LOCAL

    request = _request(service.UserRequest, name=name, role=role, shops=shop or None, password=_password())
    user = service.create_user(Settings(), LOCAL, request, at_the_shell=True)
    document = {"id": user.user_id, "name": user.name, "role": user.role.value}
    print(json.dumps(document) if as_json else f"User {user.name} ({user.role}) can sign in now.")
    _say_to_come(user.shops_to_come)


@users.command("list")
def list_users(as_json: Json = False) -> None:
    """Every user."""
    from churn_pipeline.service import keys_and_users as service
    from churn_pipeline.service.callers import LOCAL

    found = service.list_users(Settings(), LOCAL)
    if as_json:
        print(json.dumps([{"id": user.user_id, **user.model_dump(mode="json")} for user in found]))
        return
    for user in found:
        print(f"{user.name:<30} {user.role:<8} {_shops(user.shops):<20} {user.state}")


@users.command("disable")
def disable_user(name: Name) -> None:
    """The user can sign in no more and is signed out."""
    from churn_pipeline.service import keys_and_users as service
    from churn_pipeline.service.callers import LOCAL

    settings = Settings()
    service.disable_user(settings, LOCAL, service.id_of_user(settings, LOCAL, name))
    print(f"User {name} is disabled.")


@users.command("password")
def set_password(name: Name) -> None:
    """A new password, read from standard input; the user is signed out everywhere."""
    from churn_pipeline.service import keys_and_users as service
    from churn_pipeline.service.callers import LOCAL

    settings = Settings()
    user_id = service.id_of_user(settings, LOCAL, name)
    request = _request(service.PasswordRequest, password=_password())
    service.set_password(settings, LOCAL, user_id, request)
    print(f"User {name} has a new password.")


def _request(kind: type[Asked], **values: Any) -> Asked:
    """A request of the service from what was typed; BadInput, naming the part, for what cannot be."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        part = ".".join(str(p) for p in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{part}: {said}." if part else f"{said}.") from None


def _password() -> str:
    """The first line of standard input; asked for without showing it where somebody sits there."""
    given = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise BadInput("Give the password on standard input: churn users create ... < FILE")
    return given


def _say_to_come(shops: list[str]) -> None:
    """A slip of the pen in a shop's name would otherwise be noticed by whoever finds nothing."""
    for shop in shops:
        print(f"Nobody has delivered a file for shop {shop!r} yet: is that its name?", file=sys.stderr)


def _shops(shops: list[str] | None) -> str:
    return "all shops" if shops is None else ", ".join(shops)
