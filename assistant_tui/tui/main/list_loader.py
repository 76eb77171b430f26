"""Asks the server for what the list needs: connects, loads, loads further, loads anew."""

import asyncio
from contextlib import aclosing

from textual.screen import Screen

from assistant_tui.core.errors import NotFound, ServiceError
from assistant_tui.core.list_state import Load, LoadRequest
from assistant_tui.tui.assistants.connector import Connector
from assistant_tui.tui.list_model import ListModel
from assistant_tui.tui.workers import start


class ListLoader:
    """Asks for all rows, one request after the other, as the list's state says."""

    def __init__(self, model: ListModel, screen: Screen[None], connector: Connector) -> None:
        self._model = model
        self._screen = screen
        self._connector = connector
        self._running = False
        """The worker is there that carries requests out until none is needed."""
        self._asking: asyncio.Task[None] | None = None
        """The request that is under way."""
        model.listen(self._go_on)

    def reload(self) -> None:
        """Load as many rows as there are now, at least a page, and put them in the place of all."""
        self._model.update(self._model.state.wanting_reload())

    def _go_on(self) -> None:
        """Start what the state asks for, and give up what it does not want any more."""
        state = self._model.state
        if self._asking is not None and state.superseded:
            self._asking.cancel()
        if not self._running and state.next_request() is not None:
            self._running = True
            start(self._screen, self._run, "page")

    async def _run(self) -> None:
        try:
            while (request := self._model.state.next_request()) is not None:
                await self._carry_out(request)
        finally:
            self._running = False

    async def _carry_out(self, request: LoadRequest) -> None:
        """Send a request, and note in the state how it ended."""
        model = self._model
        model.update(model.state.started(request))
        self._asking = asyncio.create_task(self._ask(request))
        try:
            await self._asking
        except asyncio.CancelledError:
            if _is_being_cancelled():
                raise  # The screen goes.
            model.update(model.state.given_up(request))
        except NotFound as error:
            past = model.state.lost if request.load is Load.PAGE else model.state.failed
            model.update(past(request, error))
        except ServiceError as error:
            model.update(model.state.failed(request, error))
        except Exception:
            # A fault of this program, reported as such elsewhere: the list must not wait for it.
            model.update(model.state.failed(request, ServiceError("this program has a fault")))
            raise
        else:
            model.update(model.state.ended(request))
        finally:
            self._asking = None
        await self._remember_after(request)

    async def _remember_after(self, request: LoadRequest) -> None:
        state = self._model.state
        loaded = request.load is Load.RELOAD and state.failure is None
        if loaded and self._connector.service is not None and not state.listing.remembered:
            await asyncio.to_thread(self._connector.service.remember, state.listing)

    async def _ask(self, request: LoadRequest) -> None:
        """Put each answer into the state."""
        model, service = self._model, await self._connector.connected()
        match request.load:
            case Load.RELOAD:
                listing = await service.reload(request.count)
                model.update(model.state.answered(request, listing))
            case Load.PAGE:
                page = await service.page(request.after, model.state.listing)
                model.update(model.state.answered_with(request, page))
            case Load.WALK:
                async with aclosing(service.load_all(model.state.listing)) as listings:
                    async for listing in listings:
                        model.update(model.state.answered(request, listing))

    async def close(self) -> None:
        """Keep the first rows for the next start, and close the connection."""
        if self._connector.service is not None:
            listing = self._model.state.listing
            if not listing.remembered:
                await asyncio.to_thread(self._connector.service.remember, listing)
        await self._connector.close()


def _is_being_cancelled() -> bool:
    """Whether it is this task itself that is cancelled, not one that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
