"""Work for a client, for as long as it is there."""

import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import create_task_group
from starlette.requests import ClientDisconnect
from starlette.types import Receive

T = TypeVar("T")


async def while_connected(receive: Receive, work: Callable[[threading.Event], Awaitable[T]]) -> T:
    """Do ``work``, and stop waiting for it when the client leaves.

    Args:
        receive: Of a request whose body was read.
        work: Is given what is set when the client has left.

    Raises:
        ClientDisconnect: The client left.
    """
    gone = threading.Event()
    outcome: list[T] = []
    failure: list[Exception] = []
    try:
        async with create_task_group() as tasks:

            async def watch() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                gone.set()
                tasks.cancel_scope.cancel()

            tasks.start_soon(watch)
            # A task group would wrap an error of the work in a group.
            try:
                outcome.append(await work(gone))
            except Exception as error:
                failure.append(error)
            tasks.cancel_scope.cancel()
    finally:
        # Also where the server stops: a thread that works on would hold it up.
        gone.set()
    if failure:
        raise failure[0]
    if not outcome:
        raise ClientDisconnect
    return outcome[0]
