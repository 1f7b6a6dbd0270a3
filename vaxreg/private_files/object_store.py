"""Private files in a bucket of an object store that speaks S3.

django-storages writes; reading is one request of the client below it, read to its end before
anybody is answered: an answer that began cannot break off, and a slow phone holds no connection to
the store. The store encrypts each file (SSE), and what it did not encrypt is not kept there.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from io import BytesIO
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from vaxreg.private_files import places
from vaxreg.private_files.outage import StoreDown, Watch
from vaxreg.private_files.places import Stored

SAME = {
    "signature_version": "s3v4",
    "s3": {"addressing_style": "path"},
    # Checksums beyond the signature are known to the newest stores only.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "max_pool_connections": 16,
}
# Seconds to connect and for each answer; two tries.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=3,
    retries={"total_max_attempts": 2, "mode": "standard"},
    **SAME,
)
# For "does it answer": a probe of the health page waits no longer.
QUICK = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}, **SAME)
# Photos are far smaller: each goes in one piece and is there as a whole or not at all.
ONE_PIECE = TransferConfig(multipart_threshold=64 * 1024 * 1024, use_threads=False)
# What "not found" is called; a missing bucket has a name of its own and is a fault.
NO_FILE = {"404", "NoSuchKey"}


class NotEncrypted(StoreDown):
    """The store kept a file without encrypting it; the file was deleted again."""


class ObjectStore(S3Storage):  # type: ignore[misc]
    """Every question raises StoreDown when the store does not answer within the time limits.

    earlier: a folder in which files lie that were not moved yet (`manage.py move_files`): they are
    read, listed and deleted there as well.
    """

    def __init__(self, *, encryption: str, earlier: str | None = None, **options: Any) -> None:
        self.encryption = encryption
        self.earlier = FileSystemStorage(location=earlier) if earlier else None
        self.watch = Watch()
        super().__init__(
            **options,
            client_config=CONFIG,
            transfer_config=ONE_PIECE,
            file_overwrite=True,
            object_parameters={"ServerSideEncryption": encryption},
        )

    @property
    def bucket(self) -> Any:
        """The bucket, whose client all threads share."""
        bucket = super().bucket
        bucket.meta.client.meta.events.register(
            "after-call.s3.PutObject", self._require_encryption, unique_id="encryption"
        )
        return bucket

    @cached_property
    def _quick(self) -> Any:
        return self._create_session().client(
            "s3", region_name=self.region_name, endpoint_url=self.endpoint_url, config=QUICK
        )

    def _require_encryption(self, parsed: dict[str, Any], **_event: Any) -> None:
        is_kept = parsed.get("ResponseMetadata", {}).get("HTTPStatusCode") == 200
        if is_kept and parsed.get("ServerSideEncryption") != self.encryption:
            raise NotEncrypted(f"the store did not encrypt by {self.encryption}")

    @contextmanager
    def _asking(self, name: str = "") -> Iterator[None]:
        """Turn errors of the client into StoreDown and FileNotFoundError."""
        self.watch.refuse()
        try:
            yield
        except ClientError as refused:
            code = str(refused.response.get("Error", {}).get("Code", ""))
            if code in NO_FILE:
                self.watch.answered()
                raise FileNotFoundError(name) from None
            raise self._down(f"the store refuses: {code}") from refused
        except (BotoCoreError, Boto3Error) as silent:
            raise self._down(f"the store does not answer: {type(silent).__name__}") from silent
        except FileNotFoundError:
            self.watch.answered()
            raise
        self.watch.answered()

    def _down(self, why: str) -> StoreDown:
        self.watch.failed(why)
        return StoreDown(why)

    def ask(self) -> None:
        """Raise StoreDown unless the store answers within two seconds."""
        try:
            with self._asking():
                self._quick.head_bucket(Bucket=self.bucket_name)
        except FileNotFoundError:
            raise self._down("the store has no such bucket") from None

    def require(self) -> None:
        """Raise StoreDown when the last answer was a failure and a new question fails as well."""
        if self.watch.has_failed:
            self.ask()

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("files of the store are read whole, and written by save()")
        key = self._normalize_name(clean_name(name))
        try:
            with self._asking(name):
                answer = self.bucket.meta.client.get_object(Bucket=self.bucket_name, Key=key)
                with closing(answer["Body"]) as body:
                    return File(BytesIO(body.read()), name)
        except FileNotFoundError:
            if self.earlier is None:
                raise
            return self.earlier.open(name)

    def _save(self, name: str, content: Any) -> str:
        try:
            with self._asking(name):
                return str(super()._save(name, content))
        except NotEncrypted:
            self.delete(name)
            raise

    def delete(self, name: str) -> None:
        """Delete a file here and in the earlier folder; nothing happens when there is none."""
        with self._asking(name):
            super().delete(name)
        if self.earlier is not None:
            self.earlier.delete(name)

    def exists(self, name: str) -> bool:
        with self._asking(name):
            is_here = bool(super().exists(name))
        return is_here or (self.earlier is not None and self.earlier.exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the names of folders and files of the store alone."""
        with self._asking(path):
            folders, files = super().listdir(path)
        return folders, files

    def listed(self, folder: str) -> Iterator[Stored]:
        """Yield the files directly in a folder with their dates, a thousand in each answer."""
        prefix = f"{folder}/" if folder else ""
        with self._asking(folder):
            pages = self.bucket.meta.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=prefix, Delimiter="/"
            )
            found = {
                entry["Key"]: entry["LastModified"]
                for page in pages
                for entry in page.get("Contents", ())
            }
        if self.earlier is not None:
            for one in places.listed(folder, self.earlier):
                found.setdefault(one.key, one.modified)
        for key, modified in found.items():
            yield Stored(key, modified)

    def url(self, name: str | None, *_args: Any, **_options: Any) -> str:
        raise ValueError("private files have no URL: a view that checks access sends them")
