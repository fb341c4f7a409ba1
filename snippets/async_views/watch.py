"""asgi.py with a watch: when the event loop stands still, the log says where."""

import asyncio
import faulthandler
import logging
import signal
import sys
import threading
import time
import traceback

from config.asgi import application as desk

# --8<-- [start:watch]
logger = logging.getLogger("loop")


class LoopWatch:
    """An ASGI application around yours. Its loop beats; a thread listens for the beat."""

    def __init__(self, application, late_s=0.1):
        self.application, self.late_s = application, late_s
        self.loop = None

    async def __call__(self, scope, receive, send):
        if self.loop is None:  # with the first request, in the worker that serves
            self.loop, self.thread = asyncio.get_running_loop(), threading.get_ident()
            self.beat()
            threading.Thread(target=self.listen, name="loop watch", daemon=True).start()
        await self.application(scope, receive, send)

    def beat(self):
        self.last = time.monotonic()
        self.loop.call_later(self.late_s / 4, self.beat)

    def listen(self):
        told = None
        while True:
            time.sleep(self.late_s / 4)
            beat = self.last
            if time.monotonic() - beat > self.late_s and beat != told:
                told = beat  # once for each time that it stands still
                stack = traceback.format_stack(sys._current_frames()[self.thread])
                logger.warning("the event loop stands still:\n%s", "".join(stack))


application = LoopWatch(desk)
# --8<-- [end:watch]

# --8<-- [start:faulthandler]
# kill -USR2 PID writes what each thread does to standard error, even while the loop is blocked.
faulthandler.register(signal.SIGUSR2, all_threads=True)
# --8<-- [end:faulthandler]
