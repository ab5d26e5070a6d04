"""What all contexts of this plugin have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from pulp_glue.common.context import PluginRequirement, PulpEntityContext
from pulp_glue.common.exceptions import PulpEntityNotFound, PulpException, PulpHTTPError

from . import quirks
from .tables import Kind, Resource

quirks.register()

#: Objects to ask for at once.
_PAGE = 1000


class PyindexEntityContext(PulpEntityContext):
    """A kind of object as `tables` describes it."""

    RESOURCE: ClassVar[Resource]
    #: The server's name of the model, where pulp-glue's guess from the type would be wrong.
    MODEL_NAME: ClassVar[str] = ""
    NEEDS_PLUGINS = [PluginRequirement("pyindex")]
    CAPABILITIES = {"roles": []}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "RESOURCE" in vars(cls):
            cls.HREF = cls.RESOURCE.href
            cls.ID_PREFIX = cls.RESOURCE.prefix
            cls.NULLABLES = cls.RESOURCE.nullable
            if not hasattr(cls, "HREF_PATTERN"):
                cls.HREF_PATTERN = re.escape(cls.RESOURCE.path)
                cls.HREF_TEMPLATE = f"{cls.RESOURCE.path}{{pulp_id}}/"
        super().__init_subclass__(**kwargs)
        if cls.MODEL_NAME:
            cls.MODEL = cls.MODEL_NAME
            cls.PRN_TYPE_REGISTRY[f"{cls.PLUGIN}:{cls.MODEL}"] = cls

    def act(self, action: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do what `RESOURCE.actions` has under that name.

        A file is given by its path. Returns the answer, or what the task it started came to.
        Raises PulpException where the server refuses or the task fails, PulpNoWait where nobody
        waits for it.
        """
        place = self._place(action)
        told = dict(body or {})
        with ExitStack() as opened:
            for field in self.RESOURCE.actions[action].fields:
                if field.kind is Kind.FILE and isinstance(told.get(field.name), str | Path):
                    path = Path(told[field.name])
                    told[field.name] = opened.enter_context(path.open("rb"))
            answer = self.call(action, parameters=place, body=told)
        if place:
            self.forget()
        return answer

    def forget(self) -> None:
        """Ask for the object anew when it is needed next: something was done with it."""
        if self._entity is not None:
            self.pulp_href = self._entity["pulp_href"]

    def ask(
        self, action: str, parameters: Mapping[str, Any] | None = None, limit: int = 0
    ) -> list[Any]:
        """What an action that answers with a list tells, page by page; 0 is no limit."""
        return list(self.ask_iterator(action, parameters, limit))

    def ask_iterator(
        self, action: str, parameters: Mapping[str, Any] | None = None, limit: int = 0
    ) -> Iterator[Any]:
        """The same, one after the other."""
        asked = {**(parameters or {}), **self._place(action)}
        given = 0
        while True:
            size = min(_PAGE, limit - given) if limit else _PAGE
            page = self.call(action, parameters={**asked, "limit": size, "offset": given})
            yield from page["results"]
            given += len(page["results"])
            if page["next"] is None or (limit and given >= limit):
                return

    def tell(self, action: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """What an action that answers with one object tells."""
        return self.call(action, parameters={**(parameters or {}), **self._place(action)})

    def _place(self, action: str) -> dict[str, Any]:
        if self.RESOURCE.actions[action].detail:
            return {self.HREF: self.pulp_href}
        return dict(self.scope)

    def create(
        self,
        body: Any,
        parameters: Mapping[str, Any] | None = None,
        non_blocking: bool = False,
    ) -> Any:
        """The object that was made, or the task that makes it where nobody waits."""
        if self.pulp_ctx.fake_mode:
            return super().create(body, parameters, non_blocking)
        answer = self.call(
            "create",
            parameters={**self.scope, **(parameters or {})},
            body=self._preprocess_entity(body, partial=False),
            non_blocking=True,
        )
        if not self._is_task(answer):
            self._entity, self._entity_lookup = answer, {}
            return answer
        if non_blocking:
            self.entity = None
            return answer
        return self.created_by(answer)

    def show(self, href: str | None = None) -> Any:
        """The object as the server has it; raises PulpEntityNotFound where it is not there."""
        place = href or self.pulp_href
        try:
            return super().show(place)
        except PulpHTTPError as error:
            if error.status_code != 404:
                raise
            raise PulpEntityNotFound(f"There is no {self.ENTITY} {self._called(place)}.") from error

    def _called(self, href: str) -> str:
        """What a person would call the object at an address, in an error."""
        return href

    def find(self, **kwargs: Any) -> Any:
        """The one object that the server has of this description."""
        try:
            return super().find(**kwargs)
        except PulpEntityNotFound as error:
            named = " and ".join(f"{key} {value!r}" for key, value in kwargs.items())
            raise PulpEntityNotFound(f"There is no {self.ENTITY} with {named}.") from error

    def created_by(self, task: dict[str, Any]) -> Any:
        """The object that a task made; waits for it."""
        done = self.pulp_ctx.wait_for_task(task)
        pattern = re.escape(self.pulp_ctx.api_path) + self.HREF_PATTERN
        for href in done["created_resources"]:
            if href is not None and re.match(pattern, href):
                self.pulp_href = href
                return self.entity
        raise PulpException(f"Task {done['pulp_href']} made no {self.ENTITY}.")

    def update(
        self,
        body: Any = None,
        parameters: Mapping[str, Any] | None = None,
        non_blocking: bool = False,
    ) -> Any:
        """The object as it is now, or the task that changes it where nobody waits."""
        if self.pulp_ctx.fake_mode:
            return super().update(body, parameters, non_blocking)
        href = self.pulp_href
        answer = self.call(
            "partial_update",
            parameters={self.HREF: href, **(parameters or {})},
            body=self._preprocess_entity(body or {}, partial=True),
            non_blocking=True,
        )
        if self._is_task(answer):
            self.pulp_href = href
            if non_blocking:
                return answer
            self.pulp_ctx.wait_for_task(answer)
            return self.entity
        self._entity, self._entity_lookup = answer, {}
        return answer

    def _is_task(self, answer: Mapping[str, Any]) -> bool:
        return str(answer.get("pulp_href", "")).startswith(f"{self.pulp_ctx.api_path}tasks/")
