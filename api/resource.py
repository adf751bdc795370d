"""Resource: one file of endpoints. Every endpoint says which act it asks for.

A file of api/ that has a module-level `resource = Resource(...)` is found by the application. The
decorator checks the arguments before the function runs: `path`, `query` and `body` are pydantic
models by annotation. How to add one stands in README.md.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict

import api
from api.arguments import read_arguments, refuse_query
from api.context import options
from engine.core.text import Text
from engine.runtime.roles import ACTS

PUBLIC = "public"  # anybody, also without signing in
SIGNED_IN = "signed_in"  # every person and every key
PERSON = "person"  # every person, also before they have changed a first password
WORDS = (PUBLIC, SIGNED_IN, PERSON)
JSON = ("application/json",)

View = Callable[..., Response]
Answers = Mapping[int, type[BaseModel] | str | None]


class Model(BaseModel):
    """Base of every body and query: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(from_attributes=True)


class Words(Shown):
    """A text in both languages (engine.core.text.Text is a TypedDict, which pydantic refuses)."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Access:
    """What an endpoint asks for, and what its document says."""

    name: str
    act: str
    method: str
    rule: str
    answers: Answers
    models: Mapping[str, type[BaseModel]]
    key_act: bool = False
    if_match: bool = False
    etag: bool = False
    content: Sequence[str] = JSON
    limit: str | None = None
    max_bytes: int | None = None
    problems: Sequence[int] = ()
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


class Resource:
    """Endpoints of one noun. `name` is the tag in the document, `words` its description."""

    def __init__(self, name: str, words: Text, *, prefix: str = "/api/v1") -> None:
        self.name = name
        self.words = words
        self.accesses: list[Access] = []
        self.blueprint = APIBlueprint(
            name,
            name,
            url_prefix=prefix,
            abp_tags=[Tag(name=name, description=f"{words['en']}\n\n{words['zh']}")],
        )

    def get(self, rule: str, **more: Any) -> Callable[[View], View]:
        """See `endpoint`."""
        return self.endpoint("GET", rule, **more)

    def post(self, rule: str, **more: Any) -> Callable[[View], View]:
        """See `endpoint`."""
        return self.endpoint("POST", rule, **more)

    def put(self, rule: str, **more: Any) -> Callable[[View], View]:
        """See `endpoint`."""
        return self.endpoint("PUT", rule, **more)

    def patch(self, rule: str, **more: Any) -> Callable[[View], View]:
        """See `endpoint`."""
        return self.endpoint("PATCH", rule, **more)

    def delete(self, rule: str, **more: Any) -> Callable[[View], View]:
        """See `endpoint`."""
        return self.endpoint("DELETE", rule, **more)

    def endpoint(
        self,
        method: str,
        rule: str,
        *,
        act: str,
        answers: Answers,
        key_act: bool = False,
        if_match: bool = False,
        etag: bool = False,
        content: Sequence[str] = JSON,
        limit: str | None = None,
        max_bytes: int | None = None,
        problems: Sequence[int] = (),
        document: Mapping[str, Any] | None = None,
        hidden: bool = False,
    ) -> Callable[[View], View]:
        """Declares an endpoint; the function's name is its operationId, unique over all files.

        act        one of ACTS, or PUBLIC, SIGNED_IN, PERSON
        answers    {status: model, a media type, or None for no content}
        key_act    asks a second factor given within the last ten minutes
        if_match   edits: If-Match must be there (428 without)
        etag       the answer carries an ETag
        content    media types of the body, where it is not JSON
        limit      the name of another rate limit (api/limits.py)
        max_bytes  a smaller or larger body than the installation allows elsewhere
        problems   further statuses of problems, beside those every endpoint has
        document   members for the operation in the OpenAPI document
        hidden     leaves it out of the document
        """
        if act not in ACTS and act not in WORDS:
            raise ValueError(f"{rule}: {act} is no act")

        def declare(view: View) -> View:
            hints = get_type_hints(view)
            models = {
                name: hints[name]
                for name in ("path", "query", "body")
                if name in inspect.signature(view).parameters
            }
            access = Access(
                name=view.__name__,
                act=act,
                method=method,
                rule=rule,
                answers=answers,
                models=models,
                key_act=key_act,
                if_match=if_match,
                etag=etag,
                content=content,
                limit=limit,
                max_bytes=max_bytes,
                problems=problems,
                document=document or {},
            )

            def checked(**values: Any) -> Response:
                if "query" not in models and act != PUBLIC:
                    refuse_query()
                response = view(**read_arguments(models, values))
                if options().check_answers:
                    _check_answer(access, response)
                return response

            checked.__delay_validate_request__ = True  # type: ignore[attr-defined]
            checked.access = access  # type: ignore[attr-defined]
            said = inspect.cleandoc(view.__doc__ or "")
            summary, _, description = said.partition("\n\n")
            # The library keeps paths, tags and words; what it knows of schemas is less than what
            # pydantic makes, so arguments and answers are put into the document by openapi.py.
            register = getattr(self.blueprint, method.lower())
            register(
                rule,
                summary=" ".join(summary.split()),
                description=description or None,
                operation_id=view.__name__,
                doc_ui=not hidden,
                endpoint=view.__name__,
            )(checked)
            if not hidden:
                self.accesses.append(access)
            return view

        return declare


def resources() -> list[Resource]:
    """The resources of every file of api/, by file name."""
    found = []
    for module in sorted(each.name for each in pkgutil.iter_modules(api.__path__)):
        resource = getattr(importlib.import_module(f"api.{module}"), "resource", None)
        if isinstance(resource, Resource):
            found.append(resource)
    return found


def _check_answer(access: Access, response: Response) -> None:
    """Tests only: an answer must be one that the endpoint has declared."""
    if response.status_code not in access.answers and response.status_code != 304:
        raise AssertionError(f"{access.name} does not declare {response.status_code}")
    wanted = access.answers.get(response.status_code)
    if isinstance(wanted, type):
        wanted.model_validate_json(response.get_data())
    elif wanted is None and response.status_code != 304 and response.get_data():
        raise AssertionError(f"{access.name} answers {response.status_code} with a body")
