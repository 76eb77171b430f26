"""A local store with sixty assistants and a remembered listing, as a second start finds it."""

from pathlib import Path

import httpx

from benchmarks.programs import Subject, environment
from benchmarks.service import service
from benchmarks.session import BenchmarkFailed

ASSISTANTS = 60


def prepare(subject: Subject, home: Path) -> Path:
    """Fills ``home`` by the server that the program brings, then opens and quits twice.

    The first visit leaves the rows, the second the frame that is drawn from them.
    """
    with service((subject.executable, "serve", "--port", "0"), environment(home)) as url:
        try:
            _fill(url)
        except httpx.HTTPError as error:
            raise BenchmarkFailed(f"{url} took no assistants: {error}") from error
    for _ in range(2):
        with subject.local(home).opened_in(home) as session:
            session.quit()
    return home


def _fill(url: str) -> None:
    headers = {"OpenAI-Beta": "assistants=v2"}
    with httpx.Client(timeout=10, headers=headers, trust_env=False) as client:
        for number in range(ASSISTANTS):
            assistant = {
                "model": "gpt-4o",
                "name": f"Bench assistant {number}",
                "description": "Made by the benchmarks",
                "instructions": "Answer in one sentence. " * 20,
            }
            client.post(f"{url}/assistants", json=assistant).raise_for_status()
