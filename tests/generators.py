"""Generators as the tests make them."""

from pydantic import SecretStr

from service.generation.openai_compatible import OpenAiGenerator
from service.generation.protocol import Budget

BUDGET = Budget(2048, 128)


def client(url: str, key: str | None = None, timeout: float = 20.0) -> OpenAiGenerator:
    return OpenAiGenerator(url, "fake", SecretStr(key) if key else None, timeout, BUDGET)
