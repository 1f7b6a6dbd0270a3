"""A real object store for tests: SeaweedFS as a process of its own, which encrypts what it keeps."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KEY, SECRET, BUCKET = "vaxreg", "only-under-test-and-never-on-a-server", "photos"
# Seconds; it takes 2 to 4, more on a busy machine.
STARTS_WITHIN = 60


class ObjectStore:
    """SeaweedFS with one user and one bucket, in a folder of its own, on this machine alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        who = {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}]}
        who["actions"] = ["Admin", "Read", "Write", "List", "Tagging"]
        (folder / "s3.json").write_text(json.dumps({"identities": [who]}))
        self.sse_key = secrets.token_hex(32)
        self.ports = free_ports(4)
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it keeps a file."""
        s3, master, volume, filer = self.ports
        arguments = [
            str(Path(sys.executable).with_name("weed")),
            *("-logtostderr=true", "server", f"-dir={self.data}"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
            *(f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}"),
            *("-filer", "-s3", f"-s3.port={s3}", f"-s3.config={self.folder / 's3.json'}"),
            *("-volume.max=8", "-master.volumeSizeLimitMB=64"),
            # It elects itself at once, also after a kill: 2 to 4 seconds instead of 10 to 23.
            *("-master.raftHashicorp", "-master.raftBootstrap"),
            *("-master.electionTimeout=500ms", "-master.heartbeatInterval=100ms"),
            # Doors that nobody asked for, with fixed numbers.
            *("-s3.port.iceberg=0", "-s3.port.lance=0"),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                arguments,
                env={"PATH": os.environ["PATH"], "WEED_S3_SSE_KEY": self.sse_key},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        client = self.client()
        until = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                self._keep_something(client)
                return
            except (BotoCoreError, ClientError):
                if time.monotonic() > until or self.process.poll() is not None:
                    raise AssertionError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.1)

    def client(self) -> Any:
        """Return a client of its own, patient."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 1}),
        )

    def _keep_something(self, client: Any) -> None:
        if BUCKET not in [one["Name"] for one in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key="first", Body=b"first", ServerSideEncryption="AES256")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Delete every file of the bucket."""
        client = self.client()
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for entry in page.get("Contents", ()):
                client.delete_object(Bucket=BUCKET, Key=entry["Key"])

    def keys(self) -> set[str]:
        """Return the keys of the photos' files."""
        listed = self.client().list_objects_v2(Bucket=BUCKET, Prefix="evidence/")
        return {entry["Key"] for entry in listed.get("Contents", ())}

    def options(self, **more: Any) -> dict[str, Any]:
        """Return the settings of a storage that keeps files here; `more` replaces some."""
        options = {
            "endpoint_url": self.url,
            "bucket_name": BUCKET,
            "access_key": KEY,
            "secret_key": SECRET,
            "region_name": "us-east-1",
            "encryption": "AES256",
            **more,
        }
        return {
            "BACKEND": "vaxreg.private_files.object_store.ObjectStore",
            "OPTIONS": options,
        }


def free_ports(number: int) -> list[int]:
    """Return free ports below 45536: SeaweedFS takes the one 10,000 above each of them as well."""
    found: list[int] = []
    while len(found) < number:
        port = 20_000 + secrets.randbelow(25_000)
        if port not in found and all(_is_free(one) for one in (port, port + 10_000)):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0
