"""The live socket: one webcam, one session. docs/live-protocol.md is its contract."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

import inference
from webplatform.accounts.handshakes import Proven, has_proof, proven_by
from webplatform.accounts.tickets import subprotocol_of
from webplatform.common.errors import AppError, Conflict, Invalid
from webplatform.common.localization.languages import language_of
from webplatform.common.system.shutdown import shutdown_of
from webplatform.history.markers import add_marker
from webplatform.history.models import Session
from webplatform.live import camera_slots, protocol, services
from webplatform.live.batching import Overloaded, batcher_of
from webplatform.live.handshake import close_code, ready_data
from webplatform.live.protocol import BadMessage, Close, Dropped, FrameMessage
from webplatform.live.recording import Ended, LiveRecording
from webplatform.live.session_request import parse_start

START_WITHIN_S = 10.0
KEEP_EVERY_S = 1.0
IDLE_S = 60.0
PAUSED_AT_MOST_S = 900.0
STOP_WITHIN_S = 3.0
LEAVE_WITHIN_S = 0.7  # of the two seconds that the server gives all its sockets
FINISH_ATTEMPTS = 3
STORE_FAILURES = 10  # once a second: a database that is away for longer ends the session

logger = logging.getLogger(__name__)


class LiveConsumer(AsyncWebsocketConsumer):
    """Takes frames in, answers each one once, and hands the readings to the history every two seconds."""

    recording: LiveRecording | None = None
    has_slot = False
    proven: Proven | None = None

    async def connect(self) -> None:
        self.frames: asyncio.Queue[tuple[FrameMessage, float]] = asyncio.Queue(protocol.MAX_IN_FLIGHT)
        self.tasks: list[asyncio.Task[None]] = []
        self.heard_s = time.monotonic()
        self.is_paused = self.is_over = False
        self.failures = 0
        translation.activate(language_of(self.scope))  # for this socket's own task and what it starts
        if await self._identity() is None:  # before it is accepted: a socket of nobody must cost nothing
            await self.close(Close.NOT_SIGNED_IN)
            return
        self.has_slot = camera_slots.take()
        if not self.has_slot and not camera_slots.wants_words(self.scope):
            await camera_slots.refuse(self.scope, self.base_send)
            return
        await self.accept(subprotocol_of(self.scope))
        if not self.has_slot:
            await self._end(Ended(Close.FULL, _("The server watches as many cameras as it can. Try again later.")))
            return
        shutdown_of(self.scope).on_shutdown(lambda: self.tasks.append(asyncio.create_task(self._leave())))
        self.tasks.append(asyncio.create_task(self._await_start()))

    async def disconnect(self, code: int) -> None:
        if self.has_slot:
            camera_slots.give_back()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self.recording is not None and (self.recording.readings or not self.is_over):
            await database_sync_to_async(services.detach)(self.recording)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.is_over:
            return
        try:
            if bytes_data is not None:
                await self._take_frame(protocol.read_frame(bytes_data))
            else:
                await self._obey(protocol.read_message(text_data or ""))
        except BadMessage as error:
            await self._end(Ended(Close.BAD_MESSAGE, str(error)))

    async def _obey(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind in ("start", "resume"):
            await self._begin(message)
            return
        recording = self._recording()
        if kind == "marker":
            await self._mark(recording, message)
        elif kind in ("pause", "continue"):
            self.is_paused, self.heard_s = kind == "pause", time.monotonic()
        elif kind == "latency":
            recording.count_latency(message)
        elif kind == "stop":
            await self._stop(recording)
        else:
            raise BadMessage("The types are start, resume, marker, pause, continue, latency and stop.")

    # -- beginning and ending -----------------------------------------------------------------------------------------
    async def _begin(self, message: dict[str, Any]) -> None:
        if self.recording is not None:
            raise BadMessage("The session has begun already.")
        if message.get("version") != protocol.VERSION:
            raise BadMessage(f"This server speaks version {protocol.VERSION} of the protocol.")
        identity = await self._identity()
        if identity is None:
            await self._end(Ended(Close.NOT_SIGNED_IN, _("Please log in, or ask for a new ticket.")))
            return
        try:
            self.recording = await self._open(identity, message)
        except AppError as error:
            await self._end(Ended(close_code(error, is_resume=message["type"] == "resume"), error.message))
            return
        self.recording.login_epoch, self.recording.token_id = identity.login_epoch, identity.token_id
        self.recording.tells_scores = identity.tells_scores
        self.user, self.heard_s = identity.user, time.monotonic()
        self.tasks += [asyncio.create_task(self._read_frames()), asyncio.create_task(self._watch())]
        await self._send_json(ready_data(self.recording))

    async def _identity(self) -> services.LiveIdentity | None:
        """Who sits here, by the handshake: its token or ticket, which must hold when the socket opens, or its login."""
        if self.proven is None and has_proof(self.scope):
            self.proven = await database_sync_to_async(proven_by)(self.scope, "live")
            if self.proven is None:
                return None
        if self.proven is not None:
            return services.LiveIdentity(self.proven.user, token_id=self.proven.token_id)
        user = self.scope["user"]
        return services.LiveIdentity(user) if user.is_authenticated else None

    async def _open(self, identity: services.LiveIdentity, message: dict[str, Any]) -> LiveRecording:
        if message["type"] == "resume":
            token = protocol.read_text(message, "token", most=500)
            return await database_sync_to_async(services.resume)(user=identity.user, token=token)
        request = parse_start(message)
        return await database_sync_to_async(services.begin)(identity=identity, request=request)

    async def _stop(self, recording: LiveRecording, code: Close = Close.DONE, message: str = "") -> None:
        """Answer what was taken in, close the session and say so; what comes meanwhile is not taken in."""
        self.is_over = True
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_S):
                await self.frames.join()
        try:
            session = await self._finish(recording, is_partial=code != Close.DONE)
        except Conflict as error:
            await self._end(Ended(Close.TAKEN_OVER, error.message))
            return
        except Error:
            logger.exception("Live session %s could not be closed.", recording.session.pk)
            await self._end(Ended(Close.SERVER_ERROR, _("The server cannot store anything.")))
            return
        url = self.result_url(session) if session else None
        statistics = {name: value for name, value in recording.statistics.data().items() if name != "bins"}
        await self._send_json(
            {"type": "ended", "session": session and str(session.pk), "url": url, "statistics": statistics}
        )
        await self._end(Ended(code, message))

    async def _finish(self, recording: LiveRecording, *, is_partial: bool) -> Session | None:
        for _again in range(FINISH_ATTEMPTS - 1):
            try:
                return await database_sync_to_async(services.finish)(recording, is_partial=is_partial)
            except Error:  # what waits is still there
                await asyncio.sleep(KEEP_EVERY_S)
        return await database_sync_to_async(services.finish)(recording, is_partial=is_partial)

    async def _leave(self) -> None:
        """This process ends: answer what was taken in, store it, and only then send the client to another one."""
        if self.is_over:
            return
        self.is_over = True
        if self.recording is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_WITHIN_S):
                    await self.frames.join()
            await database_sync_to_async(services.detach)(self.recording)
        await self._end(Ended(Close.COME_BACK, ""))

    async def _end(self, ended: Ended) -> None:
        self.is_over = True
        if ended.message:
            await self._send_json({"type": "closing", "code": int(ended.code), "message": _(ended.message)})
        await self.close(ended.code)

    def result_url(self, session: Session) -> str:
        """The address at which the client sees what was recorded."""
        return reverse("dashboard:session", args=[session.pk])

    async def _await_start(self) -> None:
        await asyncio.sleep(START_WITHIN_S)
        if self.recording is None and not self.is_over:
            await self._end(Ended(Close.IDLE, _("Nothing was started.")))

    # -- while it runs ------------------------------------------------------------------------------------------------
    async def _take_frame(self, frame: FrameMessage) -> None:
        recording = self._recording()
        if frame.seq <= recording.last_seq:
            raise BadMessage("The seq of frames grows by every frame.")
        self.heard_s, self.is_paused = time.monotonic(), False
        dropped = recording.take(frame, settings.RAUT_LIVE_MAX_FPS)
        if dropped is None and len(frame.picture) > protocol.MAX_FRAME_BYTES:
            dropped = recording.drop(Dropped.TOO_LARGE)
        if dropped is None and not protocol.is_picture(frame.picture):
            dropped = recording.drop(Dropped.UNDECODABLE)
        if dropped is None and self.frames.full():
            dropped = recording.drop(Dropped.BUSY)
        if dropped is not None:
            await self._send_json(protocol.dropped_data(frame, dropped))
        elif frame.t_ms > settings.RAUT_LIVE_MAX_MINUTES * 60_000:
            await self._stop(recording, Close.TOO_LONG, _("The session is as long as one may be."))
        else:
            self.frames.put_nowait((frame, self.heard_s))

    async def _read_frames(self) -> None:
        recording = self._recording()
        batcher = batcher_of(recording.engine)
        while True:
            frame, came_s = await self.frames.get()
            try:
                reading = await batcher.read(inference.LiveFrame(recording.reader, frame.picture, frame.t_ms))
            except Overloaded:
                answer = protocol.dropped_data(frame, recording.drop(Dropped.BUSY))
            except inference.MediaTooLarge:
                answer = protocol.dropped_data(frame, recording.drop(Dropped.TOO_LARGE))
            except inference.InferenceError:
                answer = protocol.dropped_data(frame, recording.drop(Dropped.UNDECODABLE))
            except Exception:
                logger.exception("Live session %s failed on a frame.", recording.session.pk)
                await self._end(Ended(Close.SERVER_ERROR, _("Something went wrong on the server.")))
                return
            else:
                server_ms = (time.monotonic() - came_s) * 1000
                recording.add(reading, server_ms)
                answer = protocol.reading_data(frame, reading, server_ms, tells_scores=recording.tells_scores)
            await self._send_json(answer)
            self.frames.task_done()

    async def _watch(self) -> None:
        """Once a second: store what is due, and see whether the session may go on."""
        recording = self._recording()
        while not self.is_over:
            await asyncio.sleep(KEEP_EVERY_S)
            ended = await self._keep(recording)
            silent_s = time.monotonic() - self.heard_s
            if ended is None and silent_s > (PAUSED_AT_MOST_S if self.is_paused else IDLE_S):
                ended = Ended(Close.IDLE, _("No frame came for too long."))
            if ended is None or self.is_over:
                continue
            if ended.code in (Close.TAKEN_OVER, Close.SERVER_ERROR, Close.CONSENT_MISSING):
                await self._end(ended)
            else:
                await self._stop(recording, ended.code, ended.message)

    async def _keep(self, recording: LiveRecording) -> Ended | None:
        try:
            ended = await database_sync_to_async(services.keep)(recording)
            self.failures = 0
        except Exception as error:  # whatever it is: nobody else stores what waits
            self.failures += 1
            unexpected = None if isinstance(error, Error) else error
            text = "The readings of live session %s could not be stored yet."
            logger.warning(text, recording.session.pk, exc_info=unexpected)
            is_hopeless = self.failures > STORE_FAILURES
            ended = Ended(Close.SERVER_ERROR, _("The server cannot store anything.")) if is_hopeless else None
        return ended

    async def _mark(self, recording: LiveRecording, message: dict[str, Any]) -> None:
        t_ms = int(protocol.read_number(message, "t_ms", least=0, most=settings.RAUT_LIVE_MAX_MINUTES * 60_000))
        text = protocol.read_text(message, "text", most=120)
        try:
            marker = await database_sync_to_async(add_marker)(
                session=recording.session, user=self.user, t_ms=t_ms, text=text
            )
        except (Invalid, Conflict) as error:
            await self._send_json({"type": "error", "code": error.code, "message": error.message})
            return
        await self._send_json({"type": "marker", "id": marker.pk, "t_ms": marker.t_ms, "text": marker.text})

    def _recording(self) -> LiveRecording:
        if self.recording is None:
            raise BadMessage("The first message is start or resume.")
        return self.recording

    async def _send_json(self, data: dict[str, Any]) -> None:
        with suppress(Exception):  # the client may have gone between its frame and our answer; `disconnect` follows
            await self.send(text_data=json.dumps(data))
