"""A network camera for tests."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
from numpy.typing import NDArray


class Stream:
    """Motion JPEG over HTTP that shows `image` again and again; it can be held (`going`), cut, and shown another."""

    def __init__(self, image: NDArray[np.uint8], port: int = 0) -> None:
        self.going = threading.Event()
        self.going.set()
        self.cut = False
        self.image = image
        stream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                while not stream.cut:
                    stream.going.wait(0.1)
                    if not stream.going.is_set():
                        continue
                    jpeg = cv2.imencode(".jpg", stream.image)[1].tobytes()
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    try:
                        self.wfile.write(head.encode() + jpeg + b"\r\n")
                    except OSError:
                        return
                    time.sleep(0.03)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.address = f"http://127.0.0.1:{self.port}/video.mjpg"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.cut = True
        self._server.shutdown()
        self._server.server_close()
