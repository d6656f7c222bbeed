"""Sends requests of every kind until it is stopped."""

import random
import threading


class Traffic:
    """A few clients, which send single records, batches, raw bodies and requests that must fail, in turn."""

    def __init__(self, http, topics, clients=3, pause=0.005):
        self._http = http
        self._topics = topics
        self._pause = pause
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True)
                         for number in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self, number):
        dice = random.Random(number)
        while not self._stop.wait(self._pause):
            topic = dice.choice(self._topics)
            kind = dice.randrange(20)
            if kind == 0:
                self._http.send_batch([{"topic": topic, "key": str(i), "value": {"n": i}}
                                       for i in range(dice.randrange(1, 60))])
            elif kind == 1:
                self._http.request("POST", f"/api/kafka/topics/{topic}?key=k",
                                   b"x" * dice.randrange(10_000), {"Content-Type": "text/plain"})
            elif kind == 2:
                self._http.post_json("/api/kafka/send", b"{")
            elif kind == 3:
                self._http.send(topic=topic, partition=99, value="nowhere")
            else:
                self._http.send(topic=topic, key=str(dice.randrange(997)), value="v" * 200)
