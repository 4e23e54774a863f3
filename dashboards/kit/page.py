"""What a page that computes does, written once: a question is asked, waited for, answered, or it is said what is wrong.

The question lies in a store of the page. Asking computes in the background; until then the page shows how far it is. Once the
answer is there, its cards appear and a second store holds the question that is answered, for the callbacks that draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboards.kit import ids
from dashboards.kit.components import card, problem, slot, waiting, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.person import woken
from dashboards.kit.steady import passing, steady
from explorer.core.errors import ExplorerError

__all__ = ["HIDDEN", "Question", "pressed"]

HIDDEN = {"display": "none"}

T = TypeVar("T")
Asked = dict[str, Any]


def _problem(t: Text, _: Asked, error: ExplorerError) -> Any:
    return problem(t, error)


@dataclass(frozen=True)
class Question(Generic[T]):
    """The question of one page.

    Its ids begin with the name of the page: the stores ``VIEW-asked``, ``VIEW-done`` and ``VIEW-pending`` (whether the answer
    is being waited for), the places ``VIEW-status`` and ``VIEW-answer``.

    Attributes:
        view: the page's name.
        compute: the answer to what was asked; raises NotReady while it is made, ExplorerError when there is none.
        wrong: what is shown for an error.
    """

    view: str
    compute: Callable[[Asked], T]
    wrong: Callable[[Text, Asked, ExplorerError], Any] = _problem

    @property
    def done(self) -> Input:
        """The question that is answered, for callbacks that draw."""
        return Input(f"{self.view}-done", "data")

    def stores(self, asked: Asked | None, before: Any = None) -> list[Any]:
        """The stores and the place of the status, with what stands there ``before`` anything was asked."""
        return [
            dcc.Store(id=f"{self.view}-asked", data=asked),
            dcc.Store(id=f"{self.view}-done"),
            dcc.Store(id=f"{self.view}-pending", data=bool(asked)),
            slot(f"{self.view}-address-note"),
            slot(f"{self.view}-status", before),
        ]

    def frame(self, *cards: Any, className: str) -> html.Div:  # noqa: N803  as Dash calls it
        """The cards of the answer, hidden until there is one."""
        return html.Div(list(cards), id=f"{self.view}-answer", className=className, style=HIDDEN)

    def found(self, done: Asked | None) -> T | None:
        """The answer to ``done``; ``None`` before there is one, and while the page tells why not."""
        try:
            return self.compute(done) if done else None
        except (NotReady, ExplorerError):
            passing()
            return None

    def register(
        self,
        app: Dash,
        show: Callable[..., Sequence[Any]] = lambda *_: (),
        outputs: Sequence[Output] = (),
        inputs: Sequence[Input] = (),
        states: Sequence[State] = (),
    ) -> None:
        """Answer what is asked; ``show(t, answer, is new, *inputs, *states)`` gives the values of ``outputs``."""
        keep = (no_update,) * len(outputs)

        def answer(asked: Asked | None, _: Any, done: Asked | None, pending: bool | None, *given: Any) -> tuple[Any, ...]:
            if not asked or (woken() and not pending):  # what was stopped does not begin again because something else has ended
                return (no_update,) * 4 + keep
            t = text()
            try:
                found = self.compute(asked)
            except NotReady as wait:
                watch()
                return card(None, waiting(t, wait.job)), HIDDEN, None, True, *keep
            except ExplorerError as error:
                passing()
                return self.wrong(t, asked, error), HIDDEN, None, False, *keep
            shown = show(t, found, not done, *given)
            return None, {}, no_update if done == asked else asked, False, *shown

        app.callback(
            Output(f"{self.view}-status", "children"),
            Output(f"{self.view}-answer", "style"),
            Output(f"{self.view}-done", "data"),
            Output(f"{self.view}-pending", "data"),
            *outputs,
            Input(f"{self.view}-asked", "data"),
            Input(ids.READY, "data"),
            State(f"{self.view}-done", "data"),
            State(f"{self.view}-pending", "data"),
            *inputs,
            *states,
        )(steady(answer))


def pressed(key: str) -> Any:
    """From inside a callback: what the pressed button's id holds under ``key``; ``None`` for buttons that merely appeared."""
    clicked = any(one["value"] for one in ctx.triggered)
    return ctx.triggered_id.get(key) if clicked and isinstance(ctx.triggered_id, dict) else None
