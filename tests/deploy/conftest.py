"""A stand-in for AWS: moto's server for what it implements, stubs for the rest."""

import json
import urllib.request

import boto3
import pytest
from botocore.stub import Stubber
from moto.server import ThreadedMotoServer

from deploy.account import Account

REGION = "eu-central-1"
STACK = "tumour-classification-test"
PLAYED = {"s3", "cloudfront", "cloudformation", "sts", "ecr", "kms"}

#: What the commands need of the real stack: its outputs, and the two resources behind the site.
TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"SiteBucket": {"Type": "AWS::S3::Bucket"}},
}


@pytest.fixture(scope="session")
def moto_endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Aws:
    """Clients as the commands ask for them; ``stub`` opens the stubbed ones."""

    def __init__(self, endpoint):
        self.clients = {}
        self.stubs = {}
        self._endpoint = endpoint
        self.account = Account(self.client, STACK, REGION)

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                region_name=REGION,
                endpoint_url=self._endpoint if service in PLAYED else None,
                aws_access_key_id="x",
                aws_secret_access_key="x",
            )
            if service not in PLAYED:
                self.stub(service)
        return self.clients[service]

    def stub(self, service):
        client = self.client(service)
        if service not in self.stubs:
            self.stubs[service] = Stubber(client)
            self.stubs[service].activate()
        return self.stubs[service]


@pytest.fixture
def aws(moto_endpoint):
    """An empty account."""
    urllib.request.urlopen(
        urllib.request.Request(f"{moto_endpoint}/moto-api/reset", method="POST")
    ).close()
    found = Aws(moto_endpoint)
    yield found
    for stub in found.stubs.values():
        stub.assert_no_pending_responses()
    for client in found.clients.values():
        client.close()


@pytest.fixture
def stack(aws):
    """The account with the stack in it: a bucket, a distribution, and the outputs."""
    distribution = aws.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "site",
                        "DomainName": "b.s3.amazonaws.com",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "site",
                "ViewerProtocolPolicy": "redirect-to-https",
            },
        }
    )["Distribution"]["Id"]
    values = {
        "SiteBucketName": {"Ref": "SiteBucket"},
        "DistributionId": distribution,
        "FunctionName": "predict",
        "DeploymentGroup": "application/group",
        "LogGroups": "stack-PredictLogs-1,stack-ApiLogs-2",
        "AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
        "SiteUrl": "https://site.example.org",
        "CheckUrl": "https://d1.cloudfront.net",
        "ApiUrl": "https://api.example.org",
        "DashboardUrl": "https://dashboard.example.org",
    }
    template = {
        **TEMPLATE,
        "Outputs": {key: {"Value": value} for key, value in values.items()},
    }
    aws.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    return aws
