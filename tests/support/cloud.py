"""A stand-in for AWS: moto's server behind a thin proxy that does what moto cannot.

The proxy plays CloudFormation's part for a SAM template (translate it, publish a version where its
name changes), API Gateway's (requests become events of the image that was pushed, and lines of the
access log), and gives moto's ECR the address of a real registry on this machine. It records each
call. Roll-outs are AllAtOnce: nothing here plays CodeDeploy's shifting of traffic.
"""

import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
from moto.server import ThreadedMotoServer

from deploy.template import resources
from tests.support.templates import of_type, translate_text
from tests.support.transports import (
    as_answer,
    free_port,
    http_event,
    invoke_emulator,
    running_container,
)

REGION = "eu-central-1"
ECR = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"
CREDENTIALS = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": REGION}
SERVICE = re.compile(rb"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
#: Fresh accounts run ten requests at once.
QUOTA = {"AccountLimit": {"ConcurrentExecutions": 10}, "AccountUsage": {}}
#: Resources that the stand-in makes for a stack; the rest exists in the translated template only.
MADE = {
    "SiteBucket": {"Type": "AWS::S3::Bucket"},
    "Alarms": {"Type": "AWS::SNS::Topic"},
}

LOGS = ("PredictLogs-1", "ApiLogs-2", "PreflightLogs-3")


class Cloud:
    """One account: its calls, its translated templates, and its running function."""

    def __init__(self, moto: str, registry: int) -> None:
        self.moto, self.registry = moto, f"127.0.0.1:{registry}"
        self.calls: set[tuple[str, str]] = set()
        #: Each template as it was sent for the last change: translated, and the nested ones.
        self.templates: list[str] = []
        self._changes = 0
        self.versions: list[str] = []
        self.url = ""
        self._pending: dict[str, Any] = {}
        self._container: Any = None
        self._port = 0

    def make_sam_bucket(self) -> None:
        """The bucket that sam keeps in every account that it deploys to."""
        template = {
            "Resources": {"SourceBucket": {"Type": "AWS::S3::Bucket"}},
            "Outputs": {"SourceBucket": {"Value": {"Ref": "SourceBucket"}}},
        }
        self.client("cloudformation").create_stack(
            StackName="aws-sam-cli-managed-default",
            TemplateBody=json.dumps(template),
            Tags=[{"Key": "ManagedStackSource", "Value": "AwsSamCli"}],
        )

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.moto, **CREDENTIALS)

    # -- CloudFormation --------------------------------------------------------------------------
    def plan(self, form: dict[str, str]) -> dict[str, str]:
        """Translate the template of a change set; return what moto is to make of it."""
        text = form.get("TemplateBody") or self._object(form["TemplateURL"])
        if "PredictFunction" not in text:
            return form
        given = self._parameters(form)
        template = translate_text(text, **given)
        made = resources(template, given)
        nested = [item["TemplateURL"] for item in made.values() if "TemplateURL" in item]
        self.templates = [json.dumps(template), *map(self._object, nested)]
        self._changes += 1
        self._pending = {"template": template, "made": made}
        words = {
            key: {"Type": "String", "Default": str(item["Default"])}
            for key, item in template["Parameters"].items()
        }
        values = self._outputs(form["StackName"])
        outputs = {key: {"Value": values[key]} for key in template["Outputs"]}
        body = {"Parameters": words, "Resources": MADE, "Outputs": outputs}
        # moto takes a change of parameters alone for no change
        body["Description"] = f"deployment {self._changes}"
        self._pending["body"] = body
        kept = {key: value for key, value in form.items() if key != "TemplateURL"}
        return kept | {"TemplateBody": json.dumps(body)}

    def _parameters(self, form: dict[str, str]) -> dict[str, str]:
        held = {}
        cloudformation = self.client("cloudformation")
        if form.get("ChangeSetType") == "UPDATE":
            [stack] = cloudformation.describe_stacks(StackName=form["StackName"])["Stacks"]
            held = {item["ParameterKey"]: item["ParameterValue"] for item in stack["Parameters"]}
        given = {}
        for key, name in form.items():
            if key.endswith(".ParameterKey"):
                value = form.get(key.replace("ParameterKey", "ParameterValue"))
                given[name] = held[name] if value is None else value
        return given

    def _object(self, url: str) -> str:
        bucket, _, key = urlsplit(url).path.strip("/").partition("/")
        return self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    def _outputs(self, stack: str) -> dict[str, Any]:
        return {
            "SiteUrl": self.url,
            "CheckUrl": self.url,
            "ApiUrl": self.url,
            "DistributionId": "-",
            "SiteBucketName": {"Ref": "SiteBucket"},
            "FunctionName": f"{stack}-predict",
            "DeploymentGroup": f"{stack}/group",
            "LogGroups": ",".join(f"{stack}-{name}" for name in LOGS),
            "AlarmTopicArn": {"Ref": "Alarms"},
            "DashboardUrl": "https://console.example.org",
        }

    def execute(self, stack: str) -> None:
        """Make or change the function, and publish a version where its name changed."""
        if not self._pending:
            return
        template, made, body = (self._pending[key] for key in ("template", "made", "body"))
        self._pending = {}
        # moto gives a stack of a change set no outputs
        cloudformation = self.client("cloudformation")
        [held] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        body["Description"] += ", with outputs"
        cloudformation.update_stack(
            StackName=stack, TemplateBody=json.dumps(body), Parameters=held["Parameters"]
        )
        self._template, self._api_logs = template, f"{stack}-{LOGS[1]}"
        name, client = f"{stack}-predict", self.client("lambda")
        wanted = made["PredictFunction"]
        variables = {
            key: value if isinstance(value, str) else stack
            for key, value in wanted["Environment"]["Variables"].items()
        }
        settings = {
            "FunctionName": name,
            "MemorySize": int(wanted["MemorySize"]),
            "Description": str(wanted["Description"]),
            "Environment": {"Variables": variables},
        }
        self._image = wanted["Code"]["ImageUri"]
        if self.versions:
            client.update_function_configuration(**settings)
            client.update_function_code(FunctionName=name, ImageUri=self._image)
        else:
            self._create(stack, settings)
        [version] = [
            key for key in template["Resources"] if key.startswith("PredictFunctionVersion")
        ]
        if version not in self.versions:
            self.versions.append(version)
            number = client.publish_version(FunctionName=name)["Version"]
            move = client.create_alias if len(self.versions) == 1 else client.update_alias
            move(FunctionName=name, Name="live", FunctionVersion=number)
            self._stop()

    def _create(self, stack: str, settings: dict[str, Any]) -> None:
        iam = self.client("iam")
        role = iam.create_role(RoleName=stack, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        code = {"PackageType": "Image", "Code": {"ImageUri": self._image}, "Role": role}
        self.client("lambda").create_function(**settings, **code)
        logs = self.client("logs")
        for group in LOGS:
            logs.create_log_group(logGroupName=f"{stack}-{group}")
        logs.create_log_stream(logGroupName=self._api_logs, logStreamName="1")
        codedeploy = self.client("codedeploy")
        codedeploy.create_application(applicationName=stack, computePlatform="Lambda")
        codedeploy.create_deployment_group(
            applicationName=stack, deploymentGroupName="group", serviceRoleArn=role
        )

    def describe_image(self) -> dict[str, str]:
        """What the registry says of the image that was pushed last."""
        name, _, tag = self._image.removeprefix(f"{ECR}/").partition(":")
        accept = {"accept": "application/vnd.docker.distribution.manifest.v2+json"}
        url = f"http://{self.registry}/v2/{name}/manifests/{tag}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=accept)) as found:
            return {"imageManifestMediaType": found.headers["content-type"]}

    # -- API Gateway -----------------------------------------------------------------------------
    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        """Answer as the deployed service: files from the bucket, the API from the image."""
        if method == "GET" and not path.startswith(("/v1/", "/v2")):
            s3 = self.client("s3")
            [bucket] = [
                item["Name"]
                for item in s3.list_buckets()["Buckets"]
                if "sitebucket" in item["Name"]
            ]
            found = s3.get_object(Bucket=bucket, Key=path.strip("/") or "index.html")
            return 200, {"content-type": found["ContentType"]}, found["Body"].read()
        if self._container is None:
            self._container = running_container(self._image.replace(ECR, self.registry), {})
            self._port = self._container.__enter__()
        event = http_event(method, path, headers, body.decode())
        answer = as_answer(invoke_emulator(self._port, event))
        self._log(event, answer.status)
        return answer

    def _log(self, event: dict[str, Any], status: int) -> None:
        """Write the API's access log, in the format that the template gives it."""
        [stage] = of_type(self._template, "AWS::ApiGatewayV2::Stage").values()
        context = event["requestContext"]
        values = {"requestId": context["requestId"], "status": status, **context["http"]}
        line = re.sub(
            r"\$context\.(\w+)",
            lambda found: str(values.get({"httpMethod": "method"}.get(found[1], found[1]), "-")),
            stage["AccessLogSettings"]["Format"],
        )
        self.client("logs").put_log_events(
            logGroupName=self._api_logs,
            logStreamName="1",
            logEvents=[{"timestamp": int(time.time() * 1000), "message": line}],
        )

    def _stop(self) -> None:
        if self._container is not None:
            self._container.__exit__(None, None, None)
            self._container = None

    def close(self) -> None:
        """Stop the container, and take the names of pushed images from Docker again."""
        self._stop()
        listed = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]
        names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
        pushed = [name for name in names if name.startswith(f"{self.registry}/")]
        subprocess.run(["docker", "rmi", *pushed], capture_output=True, check=False)


def _handler(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            if self.headers.get("transfer-encoding") == "chunked":
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size + 2)[:-2]
                self.rfile.readline()
            signed = SERVICE.search(self.headers.get("authorization", "").encode())
            if signed is None:
                given = {key.lower(): value for key, value in self.headers.items()}
                answer = cloud.answer(self.command, self.path, given, body)
            else:
                answer = self.aws(signed[1].decode(), body)
            self.reply(*answer)

        def aws(self, service: str, body: bytes) -> Any:
            form = {
                key: value[0]
                for key, value in parse_qs(body.decode("latin1"), keep_blank_values=True).items()
            }
            target = self.headers.get("x-amz-target", "").rpartition(".")[2]
            name = form.get("Action") or target or f"{self.command} {self.path}"
            cloud.calls.add((service, name))
            if self.path.startswith("/2016-08-19/account-settings"):
                return 200, {}, json.dumps(QUOTA).encode()
            if name == "DescribeImages":
                return 200, {}, json.dumps({"imageDetails": [cloud.describe_image()]}).encode()
            body = body.replace(cloud.registry.encode(), ECR.encode())
            if name == "CreateChangeSet":
                text = {
                    key: value[0]
                    for key, value in parse_qs(body.decode(), keep_blank_values=True).items()
                }
                body = urlencode(cloud.plan(text)).encode()
            status, headers, found = self.forward(body)
            if name == "ExecuteChangeSet":
                cloud.execute(
                    form["StackName"].rpartition(":stack/")[2].partition("/")[0]
                    or form["StackName"]
                )
            if service == "ecr":
                found = found.replace(ECR.encode(), cloud.registry.encode())
            return status, headers, found

        def forward(self, body: bytes) -> Any:
            skipped = {"host", "content-length", "transfer-encoding", "expect", "accept-encoding"}
            headers = {k: v for k, v in self.headers.items() if k.lower() not in skipped}
            # urllib would call a body without a type a form, and moto would read it as one
            headers.setdefault("Content-Type", "application/octet-stream")
            request = urllib.request.Request(
                cloud.moto + self.path, body or None, headers, method=self.command
            )
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return answer.status, dict(answer.headers), answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, dict(error.headers), error.read()

        def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for key, value in headers.items():
                if key.lower() not in (
                    "content-length",
                    "connection",
                    "date",
                    "server",
                    "transfer-encoding",
                ):
                    self.send_header(key, value)
            self.send_header(
                "content-length",
                headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body)),
            )
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def registry(directory: Path) -> Iterator[int]:
    """A real image registry on this machine."""
    port = free_port()
    config = directory / "registry.yml"
    config.write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {directory}}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n"
    )
    process = subprocess.Popen(
        ["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def open_cloud(directory: Path) -> Iterator[Cloud]:
    """An empty account with a registry, and the address of its endpoint in ``url``."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    with registry(directory) as registry_port:
        cloud = Cloud(f"http://{host}:{port}", registry_port)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cloud))
        cloud.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cloud.make_sam_bucket()
        try:
            yield cloud
        finally:
            server.shutdown()
            server.server_close()
            cloud.close()
            moto.stop()
