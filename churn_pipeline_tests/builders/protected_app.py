"""A small application behind the protection of the API, for tests of the protection alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, File, Request, UploadFile
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from churn_pipeline.access.keys import create_key
from churn_pipeline.access.rights import rights_of_key
from churn_pipeline.api.security.idempotent_route import IdempotentRoute, idempotency_key
from churn_pipeline.api.security.protect import protect
from churn_pipeline.api.security.signed_in import SignedIn
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import require_shop, require_write
from churn_pipeline.service.errors import kind_of


def protected_app(settings: Settings) -> FastAPI:
    """`/who`, `/shops/{shop}`, `/train`, `/trained`, `/upload`; `app.state.trained` counts starts."""
    app = FastAPI()
    protect(app, settings)
    app.state.trained = 0
    once = APIRouter(route_class=IdempotentRoute)

    @app.exception_handler(ChurnError)
    async def refused(request: Request, error: ChurnError) -> JSONResponse:
        kind = kind_of(error)
        return JSONResponse({"type": kind.kind, "detail": str(error)}, kind.status)

    @app.get("/who")
    def who(caller: SignedIn) -> str:
        return caller.name

    @app.get("/shops/{shop}")
    def shop_of(shop: str, caller: SignedIn) -> str:
        require_shop(caller, shop)
        return shop

    @once.post("/train", status_code=202, dependencies=[Depends(idempotency_key)])
    def train(body: dict[str, str], caller: SignedIn) -> dict[str, int]:
        require_write(caller)
        require_shop(caller, body["session_id"])
        app.state.trained += 1
        return {"job_id": app.state.trained}

    @once.get("/trained")
    def trained(_: SignedIn) -> int:
        return int(app.state.trained)

    @app.post("/upload")
    def upload(caller: SignedIn, file: Annotated[UploadFile, File()]) -> int:
        return file.size or 0

    app.include_router(once)
    return app


def client_of(app: FastAPI, key: str | None = None, base_url: str = "http://127.0.0.1:8000") -> TestClient:
    """A client on this machine; key: sent with every request."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return TestClient(app, base_url=base_url, headers=headers, raise_server_exceptions=False)


def key_of(settings: Settings, *shops: str, write: bool = False, admin: bool = False) -> str:
    """A new key."""
    return create_key(settings, "test", rights_of_key(list(shops) or None, write, admin, False))[1]
