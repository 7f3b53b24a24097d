"""Asking, and reading the measures."""

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families


def ask(client: TestClient, question: str = "When did the comet return?", **more: object) -> str:
    return str(client.post("/v1/answers", json={"question": question, **more}).json()["answer"])


def sample(client: TestClient, name: str, **labels: str) -> float:
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return 0.0
