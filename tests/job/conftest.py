"""A bucket of moto's, versioned as the template's is."""

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
    pages = client.get_paginator("list_object_versions").paginate(Bucket=BUCKET)
    for page in pages:
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            client.delete_object(Bucket=BUCKET, Key=item["Key"], VersionId=item["VersionId"])
    client.delete_bucket(Bucket=BUCKET)
    client.close()
