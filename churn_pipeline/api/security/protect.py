"""Puts the protection around an application; it is called by the application's factory."""

from fastapi import FastAPI

from churn_pipeline.api.security.body_limit import BodyLimit
from churn_pipeline.api.security.frame import Frame
from churn_pipeline.api.security.rate_limits import RateLimits
from churn_pipeline.core.settings import Settings


def protect(app: FastAPI, settings: Settings) -> None:
    """Limits, request ids, security headers and the access log. There are no CORS headers: a web page of
    another origin can read nothing."""
    app.state.settings = settings
    app.state.rate_limits = RateLimits(settings)
    app.add_middleware(BodyLimit, max_upload_mb=settings.max_upload_mb)
    app.add_middleware(Frame)  # the last one added is the outermost
