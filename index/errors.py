"""One tree for everything that Citewise refuses or cannot do.

    CitewiseError
    ├── InvalidInput              the caller's input is wrong
    │   ├── InvalidQuestion
    │   ├── InvalidFilter
    │   └── InvalidSettings
    ├── NotFound
    │   ├── PathNotFound
    │   ├── DocumentNotFound
    │   ├── RevisionNotFound
    │   ├── CollectionNotFound
    │   ├── FeedbackNotFound
    │   ├── AnswerNotFound
    │   ├── ModelNotFound
    │   └── KeyNotFound
    ├── DocumentDeleted           was there, and is gone for good
    ├── LoadError                 one file cannot be read as a document
    │   ├── UnreadableFile
    │   ├── UnsupportedFormat
    │   ├── DocumentTooLarge
    │   │   └── TotalTooLarge     all that is inside one file
    │   └── EmptyDocument
    ├── IndexStateError
    │   ├── IndexNotBuilt
    │   ├── IndexMismatch         built with another embedder, chunker or schema
    │   ├── IndexLocked           another process is writing
    │   ├── IndexDamaged
    │   ├── IndexExists           a restore would replace it
    │   ├── BackupUnusable        no backup, damaged, or of another schema
    │   └── StorageFailed         the disk is full, read-only, or fails
    ├── Overloaded                more is asked for than can be done in time
    ├── AccessRefused             whoever asks may not have it, or not now
    │   ├── KeyRequired           no API key, or none that is valid
    │   ├── RightMissing          the key does not cover it
    │   ├── HostRefused           a name that this service does not go by
    │   ├── OriginRefused         a web page that may not call
    │   └── RateLimited           too many requests
    ├── KeysMissing               others could reach the service, and there is no key
    ├── AddressUnusable           the service cannot be had there
    ├── ServerUnusable            another server that was asked
    ├── GeneratorFailed           a language model that cannot be reached, or breaks off
    ├── ModelUnavailable          a model that is not on this machine
    ├── ExtraMissing              an optional part that is not installed
    └── CitationBroken            an answer whose citation does not resolve (a defect)

Each error says what was wrong (``message``) and what to do about it (``hint``).
"""


class CitewiseError(Exception):
    """Base of the tree.

    Args:
        message: Names the input and says what is wrong with it.
        hint: What to do, as one sentence or command.
    """

    slug = "error"
    title = "Citewise error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidInput(CitewiseError):
    """The caller's input is wrong."""

    slug = "invalid-input"
    title = "Invalid input"


class InvalidQuestion(InvalidInput):
    """An empty or an overlong question."""

    slug = "invalid-question"
    title = "Invalid question"


class InvalidFilter(InvalidInput):
    """A metadata filter that cannot be understood."""

    slug = "invalid-filter"
    title = "Invalid filter"


class InvalidSettings(InvalidInput):
    """An unknown setting or a value out of its range."""

    slug = "invalid-settings"
    title = "Invalid settings"


class NotFound(CitewiseError):
    """Something named by the caller does not exist."""

    slug = "not-found"
    title = "Not found"


class PathNotFound(NotFound):
    """A file or folder that is not there."""

    slug = "path-not-found"
    title = "Path not found"


class DocumentNotFound(NotFound):
    """No such document in the collection."""

    slug = "document-not-found"
    title = "Document not found"


class RevisionNotFound(NotFound):
    """The document has no such revision."""

    slug = "revision-not-found"
    title = "Revision not found"


class CollectionNotFound(NotFound):
    """No document was ever put into that collection."""

    slug = "collection-not-found"
    title = "Collection not found"


class FeedbackNotFound(NotFound):
    """No such feedback, or it was deleted."""

    slug = "feedback-not-found"
    title = "Feedback not found"


class AnswerNotFound(NotFound):
    """No such answer, or it was given too long ago."""

    slug = "answer-not-found"
    title = "Answer not found"


class ModelNotFound(NotFound):
    """No such model on the addresses for OpenAI's clients."""

    slug = "model-not-found"
    title = "Model not found"


class KeyNotFound(NotFound):
    """No such API key, or it was revoked."""

    slug = "key-not-found"
    title = "Key not found"


class DocumentDeleted(CitewiseError):
    """The document existed and was deleted."""

    slug = "document-deleted"
    title = "Document deleted"


class LoadError(CitewiseError):
    """One file cannot be read as a document."""

    slug = "load-error"
    title = "Document cannot be loaded"


class UnreadableFile(LoadError):
    """The operating system refuses to hand out the file."""

    slug = "unreadable-file"
    title = "Unreadable file"


class UnsupportedFormat(LoadError):
    """No loader for this kind of file."""

    slug = "unsupported-format"
    title = "Format not supported"


class DocumentTooLarge(LoadError):
    """Larger than the limit on one document."""

    slug = "document-too-large"
    title = "Document too large"


class TotalTooLarge(DocumentTooLarge):
    """All files inside one together pass a limit, so that none more of them is read."""

    slug = "total-too-large"
    title = "Too much in one file"


class EmptyDocument(LoadError):
    """The file holds no text."""

    slug = "empty-document"
    title = "Empty document"


class IndexStateError(CitewiseError):
    """The index is not in a state in which this can be done."""

    slug = "index-state"
    title = "Index not usable"


class IndexNotBuilt(IndexStateError):
    """There is no index in the data directory yet."""

    slug = "index-not-built"
    title = "Index not built"


class IndexMismatch(IndexStateError):
    """The index was built with another embedder, chunker or schema."""

    slug = "index-mismatch"
    title = "Index mismatch"


class IndexLocked(IndexStateError):
    """Another process is writing to the index."""

    slug = "index-locked"
    title = "Index locked"


class IndexDamaged(IndexStateError):
    """The database is not readable as one."""

    slug = "index-damaged"
    title = "Index damaged"


class IndexExists(IndexStateError):
    """There is an index where one is to be restored."""

    slug = "index-exists"
    title = "Index exists"


class BackupUnusable(IndexStateError):
    """A file that cannot be restored from."""

    slug = "backup-unusable"
    title = "Backup not usable"


class StorageFailed(IndexStateError):
    """The operating system does not let the index be read or written."""

    slug = "storage-failed"
    title = "Storage failed"


class Overloaded(CitewiseError):
    """More is asked for than can be done in time.

    Args:
        message: What is too much.
        hint: What to do.
        retry_after: Seconds after which to try again.
    """

    slug = "overloaded"
    title = "Overloaded"

    def __init__(self, message: str, hint: str = "", retry_after: int = 1) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class AccessRefused(CitewiseError):
    """Whoever asks may not have it, or not now."""

    slug = "access-refused"
    title = "Access refused"


class KeyRequired(AccessRefused):
    """The request has no API key, or none that is valid."""

    slug = "invalid-api-key"
    title = "API key required"


class RightMissing(AccessRefused):
    """The key has not the right, or not for this collection."""

    slug = "right-missing"
    title = "Right missing"


class HostRefused(AccessRefused):
    """The request names a host that this service does not go by."""

    slug = "host-refused"
    title = "Host refused"


class OriginRefused(AccessRefused):
    """A web page of another origin called."""

    slug = "origin-refused"
    title = "Origin refused"


class RateLimited(AccessRefused):
    """More requests than the rate limit lets through.

    Args:
        message: Names the limit.
        hint: What to do.
        retry_after: Whole seconds after which one more is let through.
    """

    slug = "rate-limited"
    title = "Too many requests"

    def __init__(self, message: str, hint: str = "", retry_after: int = 1) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class KeysMissing(CitewiseError):
    """Others could reach the service, and there is no API key to tell them by."""

    slug = "keys-missing"
    title = "API keys missing"


class AddressUnusable(CitewiseError):
    """An address that the service is to have cannot be had."""

    slug = "address-unusable"
    title = "Address not usable"


class ServerUnusable(CitewiseError):
    """Another server does not answer, or not as it should."""

    slug = "server-unusable"
    title = "Server not usable"


class GeneratorFailed(CitewiseError):
    """A language model that cannot be reached, answers wrongly, or breaks off."""

    slug = "generator-failed"
    title = "Generator failed"


class ModelUnavailable(CitewiseError):
    """A model that is not on this machine, or cannot be used as configured."""

    slug = "model-unavailable"
    title = "Model not available"


class ExtraMissing(CitewiseError):
    """An optional part is not installed."""

    slug = "extra-missing"
    title = "Optional part not installed"


class CitationBroken(CitewiseError):
    """An answer was withheld because a citation of it does not resolve."""

    slug = "citation-broken"
    title = "Citation does not resolve"
