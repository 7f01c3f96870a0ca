"""Commands about who may ask, and who has asked: `churn keys`, `churn users`, `churn audit`."""

import getpass
import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from churn_pipeline.access.rights import Role
from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings

keys = typer.Typer(help="API keys: create, list, revoke.", no_args_is_help=True)
users = typer.Typer(help="Users of the app: create, list, disable, password.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(users, name="users")

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
    from churn_pipeline.access import keys as store
    from churn_pipeline.access.rights import rights_of_key

    rights = rights_of_key(shop or [], write, admin, contacts)
    key_id, key = store.create_key(Settings(), name, rights, expires)
    if as_json:
        print(json.dumps({"id": key_id, "key": key}))
    else:
        print(f"{key}\nKeep it now: it is not shown again. To take it back: churn keys revoke {key_id}")


@keys.command("list")
def list_keys(as_json: Json = False) -> None:
    """Every key, without what it opens with."""
    from churn_pipeline.access import keys as store
    from churn_pipeline.access.rights import now_utc

    now, found = now_utc(), store.list_keys(Settings())
    if as_json:
        rows = [{**asdict(key), "state": key.state(now)} for key in found]
        print(json.dumps(rows, default=_plain))
        return
    for key in found:
        rights = key.rights
        may = "admin" if rights.is_admin else "reads and writes" if rights.can_write else "reads"
        print(f"{key.id}  {key.state(now):<8} {_shops(rights.shops):<20} {may:<17} {key.name}")


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="id of the key; see: churn keys list")]) -> None:
    """Takes a key back: it opens nothing from now on."""
    from churn_pipeline.access import keys as store

    store.revoke_key(Settings(), key_id)
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
    from churn_pipeline.access import users as store

    user = store.create_user(Settings(), name, role, shop or [], _password())
    document = {"id": user.id, "name": user.name, "role": user.role.value}
    print(json.dumps(document) if as_json else f"User {user.name} ({user.role}) can sign in now.")


@users.command("list")
def list_users(as_json: Json = False) -> None:
    """Every user."""
    from churn_pipeline.access import users as store

    found = store.list_users(Settings())
    if as_json:
        print(json.dumps([asdict(user) for user in found], default=_plain))
        return
    for user in found:
        state = "disabled" if user.disabled_at else "active"
        print(f"{user.name:<30} {user.role:<8} {_shops(user.rights.shops):<20} {state}")


@users.command("disable")
def disable_user(name: Name) -> None:
    """The user can sign in no more and is signed out."""
    from churn_pipeline.access import users as store

    store.disable_user(Settings(), name)
    print(f"User {name} is disabled.")


@users.command("password")
def set_password(name: Name) -> None:
    """A new password, read from standard input; the user is signed out everywhere."""
    from churn_pipeline.access import users as store

    store.set_password(Settings(), name, _password())
    print(f"User {name} has a new password.")


def _password() -> str:
    """The first line of standard input; asked for without showing it where somebody sits there."""
    given = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise BadInput("Give the password on standard input: churn users create ... < FILE")
    return given


def _shops(shops: frozenset[str] | None) -> str:
    return "all shops" if shops is None else ", ".join(sorted(shops))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
