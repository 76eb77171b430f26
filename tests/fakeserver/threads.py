"""A fake server that keeps threads and runs a script on them, by rules that can be changed."""

import json
from typing import Any

import httpx

from tests.fakeserver.deviations import refusal
from tests.fakeserver.requests import Json
from tests.fakeserver.server import Deviation, FakeServer
from tests.fakeserver.thread_rules import Event, EventStream, ThreadRules, Turn


class ThreadServer(FakeServer):
    """Threads over memory; what it holds can be looked at and changed."""

    def __init__(self, *turns: Turn, rules: ThreadRules | None = None, **deviations: Deviation):
        super().__init__(self.answer, **deviations)
        self.rules = rules or ThreadRules()
        self.turns = [*turns]
        self.threads: dict[str, Json] = {}
        self.messages: dict[str, list[Json]] = {}
        """Oldest first, by thread."""
        self.runs: dict[str, Json] = {}
        self.steps: dict[str, list[Json]] = {}
        self.outputs: list[Json] = []
        """The bodies that brought outputs, as they came."""
        self._made = 0
        self._calls = 0

    # The answers

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Do what is asked, or refuse it."""
        parts = request.url.path.removeprefix("/v1").strip("/").split("/")
        body: Json = json.loads(request.content) if request.content else {}
        refused = self.rules.absent.get(_operation(request.method, parts))
        if refused is not None:
            return refusal(refused, "Not Found")
        if len(parts) > 1 and parts[1] not in self.threads:
            return refusal(404, f"No thread found with id '{parts[1]}'.")
        if len(parts) > 3 and parts[2] == "runs" and parts[3] not in self.runs:
            return refusal(404, f"No run found with id '{parts[3]}'.")
        return self._do(request, parts, body)

    def _do(self, request: httpx.Request, parts: list[str], body: Json) -> httpx.Response:
        match (request.method, *parts):
            case ("GET", "threads"):
                return self._list([*self.threads.values()], request)
            case ("POST", "threads"):
                return httpx.Response(200, json=self.make_thread(body))
            case ("GET", "threads", thread):
                return httpx.Response(200, json=self.threads[thread])
            case ("DELETE", "threads", thread):
                del self.threads[thread]
                return httpx.Response(200, json={"id": thread, "deleted": True})
            case ("GET", "threads", thread, "messages"):
                shown = [self.rules.message(each) for each in self.messages[thread]]
                return self._list(shown, request)
            case ("POST", "threads", thread, "messages"):
                if self._active(thread):
                    return refusal(400, f"Can't add messages to {thread} while a run is active.")
                return httpx.Response(200, json=self.rules.message(self.add(thread, body)))
            case ("GET", "threads", thread, "runs"):
                everywhere = self.rules.lists_all_runs
                runs = [
                    each for each in self.runs.values() if everywhere or each["thread_id"] == thread
                ]
                return self._list([self.rules.run(each) for each in runs], request)
            case ("POST", "threads", thread, "runs"):
                if self._active(thread):
                    return refusal(400, f"Thread {thread} already has an active run.")
                return self._start(thread, body)
            case ("GET", "threads", _, "runs", run):
                return httpx.Response(200, json=self.rules.run(self.runs[run]))
            case ("GET", "threads", _, "runs", run, "steps"):
                return self._list(self.steps[run], request)
            case ("POST", "threads", _, "runs", run, "cancel"):
                return self._cancel(self.runs[run])
            case ("POST", "threads", _, "runs", run, "submit_tool_outputs"):
                return self._submit(self.runs[run], body)
        return refusal(404, "Not Found")

    def _list(self, objects: list[Json], request: httpx.Request) -> httpx.Response:
        query = request.url.params
        listed = objects if query.get("order") == "asc" else objects[::-1]
        if "after" in query:
            if not self.rules.has_cursor:
                return refusal(500, "Internal Server Error")
            ids = [each["id"] for each in listed]
            listed = listed[ids.index(query["after"]) + 1 :]
        limit = int(query.get("limit", "20"))
        return httpx.Response(
            200, json={"object": "list", "data": listed[:limit], "has_more": len(listed) > limit}
        )

    def _active(self, thread: str) -> bool:
        final = ("completed", "failed", "cancelled", "incomplete", "expired")
        own = [each for each in self.runs.values() if each["thread_id"] == thread]
        return any(each["status"] not in final for each in own)

    # What it holds

    def _new(self, prefix: str, kind: str, **members: Any) -> Json:
        self._made += 1
        at = 1_700_000_000 + self._made // 4  # as usual, some are of one second
        metadata = members.pop("metadata", None) or {}
        kept = metadata if self.rules.keeps_metadata else {}
        head = {"id": f"{prefix}_{self._made}", "object": kind, "created_at": at}
        return {**head, **members, "metadata": kept}

    def make_thread(self, body: Json) -> Json:
        """Make a thread, as if it had been sent."""
        thread = self._new("thread", "thread", metadata=body.get("metadata"))
        self.threads[thread["id"]] = thread
        self.messages[thread["id"]] = []
        for message in body.get("messages", []):
            self.add(thread["id"], message)
        return thread

    def add(self, thread: str, body: Json, run: str | None = None) -> Json:
        """Add a message, as if it had been sent."""
        content = body["content"]
        if isinstance(content, str):
            content = [{"type": "text", "text": {"value": content, "annotations": []}}]
        else:
            content = [
                {**each, "text": {"value": each["text"], "annotations": []}}
                if each["type"] == "text"
                else each
                for each in content
            ]
        message = self._new(
            "msg",
            "thread.message",
            thread_id=thread,
            role=body["role"],
            content=content,
            run_id=run,
            attachments=body.get("attachments", []),
            status="completed",
            metadata=body.get("metadata"),
        )
        self.messages[thread].append(message)
        return message

    # The runs

    def _start(self, thread: str, body: Json) -> httpx.Response:
        run = self._new(
            "run",
            "thread.run",
            thread_id=thread,
            assistant_id=body["assistant_id"],
            status="queued",
            model="m",
            required_action=None,
            last_error=None,
            usage=None,
            metadata=body.get("metadata"),
        )
        self.runs[run["id"]], self.steps[run["id"]] = run, []
        events: list[Event] = [("thread.run.created", {**run}), ("thread.run.queued", {**run})]
        for details in self.rules.extra_steps:
            step = self._step(run, details, "completed")
            events.append(("thread.run.step.completed", step))
        return self._respond(run, [*events, *self._advance(run)], body)

    def _respond(self, run: Json, events: list[Event], body: Json) -> httpx.Response:
        rules = self.rules
        if not (body.get("stream") and rules.streams):
            return httpx.Response(200, json=rules.run(run))
        bent = [*rules.bend(events)]
        texts = [rules.encode(event) for event in bent]
        if texts:
            texts[-1] = rules.end(texts[-1])
        stream = EventStream(texts, rules)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=stream)

    def _advance(self, run: Json) -> list[Event]:
        turn = self.turns.pop(0)
        run["status"] = "in_progress"
        begun: list[Event] = [("thread.run.in_progress", {**run})]
        if turn is None:
            return begun
        if isinstance(turn, str):
            return [*begun, *self._say(run, turn)]
        return [*begun, *self._call(run, turn), ("done", "[DONE]")]

    def _say(self, run: Json, text: str) -> list[Event]:
        thread = run["thread_id"]
        message = self.add(thread, {"role": "assistant", "content": text}, run["id"])
        step = self._step(
            run,
            {"type": "message_creation", "message_creation": {"message_id": message["id"]}},
            "completed",
        )
        run["status"], run["usage"] = (
            "completed",
            {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        )
        open_message = {**message, "content": [], "status": "in_progress"}
        deltas = [("thread.message.delta", _delta(message["id"], word)) for word in _words(text)]
        return [
            ("thread.message.created", open_message),
            ("thread.message.in_progress", open_message),
            ("thread.run.step.created", {**step, "status": "in_progress"}),
            *deltas,
            ("thread.message.completed", {**message}),
            ("thread.run.step.completed", step),
            ("thread.run.completed", {**run}),
            ("done", "[DONE]"),
        ]

    def _call(self, run: Json, asked: list[tuple[str, str]]) -> list[Event]:
        calls = []
        for name, arguments in asked:
            self._calls += 1
            identity = self.rules.call_id.format(self._calls)
            if self.rules.required == "submit_tool_approval":
                inside: Json = {
                    "type": "mcp",
                    "name": name,
                    "arguments": arguments,
                    "server_label": "hub",
                }
            else:
                inside = {"type": "function", "function": {"name": name, "arguments": arguments}}
            calls.append({"id": identity, **inside})
        step = self._step(run, {"type": "tool_calls", "tool_calls": calls}, "in_progress")
        run["status"] = "requires_action"
        run["required_action"] = {
            "type": self.rules.required,
            self.rules.required: {"tool_calls": calls},
        }
        return [
            ("thread.run.step.created", json.loads(json.dumps(step))),
            ("thread.run.requires_action", {**run}),
        ]

    def _step(self, run: Json, details: Json, status: str) -> Json:
        members = {"thread_id": run["thread_id"], "run_id": run["id"], "type": details["type"]}
        step = self._new("step", "thread.run.step", **members, status=status, step_details=details)
        self.steps[run["id"]].append(step)
        return step

    def _submit(self, run: Json, body: Json) -> httpx.Response:
        if run["status"] != "requires_action":
            return refusal(400, f"Runs in status {run['status']} do not accept tool outputs.")
        self.outputs.append(body)
        step = self.steps[run["id"]][-1]
        for call, given in zip(
            step["step_details"]["tool_calls"], body.get("tool_outputs", []), strict=False
        ):
            call["function"]["output"] = given["output"]
        step["status"] = "completed"
        run["required_action"], run["status"] = None, "queued"
        events = [("thread.run.queued", {**run}), ("thread.run.step.completed", {**step})]
        return self._respond(run, [*events, *self._advance(run)], body)

    def _cancel(self, run: Json) -> httpx.Response:
        run["status"], run["required_action"] = "cancelled", None
        return httpx.Response(200, json=self.rules.run(run))


def _operation(method: str, parts: list[str]) -> str:
    if method == "GET" and parts == ["threads"]:
        return "list"
    if method == "GET" and parts[2:] == ["runs"]:
        return "runs"
    if method == "DELETE":
        return "delete"
    if method == "GET" and len(parts) == 4 and parts[2] == "runs":
        return "run"
    last = parts[-1]
    return {"submit_tool_outputs": "submit"}.get(last, last) if len(parts) == 5 else ""


def _words(text: str) -> list[str]:
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _delta(message_id: str, piece: str) -> Json:
    part = {"index": 0, "type": "text", "text": {"value": piece}}
    return {"id": message_id, "object": "thread.message.delta", "delta": {"content": [part]}}
