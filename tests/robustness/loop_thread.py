"""An event loop on a separate thread, for servers that a test puts between two programs."""

import asyncio
import threading


class LoopThread:
    """A context manager. The subclass's `_begin` and `_end` run on the loop; after `_end`, remaining tasks are
    cancelled."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._call(self._begin())
        return self

    def __exit__(self, *_):
        self._call(self._end())
        self._call(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    @staticmethod
    async def _cancel_all():
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
