"""A bucket of moto's, versioned as the template's is."""

import urllib.request

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.job.distributed_map import BUCKET


@pytest.fixture(scope="session")
def s3_address():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_address):
    # moto keeps one state in a process, whoever starts a server of it
    reset = urllib.request.Request(f"{s3_address}/moto-api/reset", method="POST")
    urllib.request.urlopen(reset).close()
    client = boto3.client(
        "s3",
        region_name="eu-central-1",
        endpoint_url=s3_address,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield client
    client.close()
