"""What CloudFormation receives is private, watched, throttled, and rolled out with care."""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from deploy.template import resources
from predict.routes import ROUTES
from server.app import PAGE_HEADERS
from tests.support.image import sam
from tests.support.templates import ROOT, TEMPLATES, of_type, read, texts, translate


@pytest.fixture(scope="module")
def api():
    return translate("template.yaml")


@pytest.fixture(scope="module")
def site():
    return translate("deploy/stacks/site.yaml")


@pytest.fixture(scope="module")
def front():
    return translate("deploy/stacks/cloudfront.yaml")


@pytest.fixture(scope="module")
def watch():
    return translate("deploy/stacks/watch.yaml")


def only(template, kind):
    [properties] = of_type(template, kind).values()
    return properties


def statements(template):
    return [
        statement
        for role in of_type(template, "AWS::IAM::Role").values()
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_sam_validates_the_template():
    ran = sam("validate", "--lint")

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_role_has_only_the_rights_that_its_function_needs(api):
    actions = set()
    for statement in statements(api):
        assert statement["Effect"] == "Allow"
        assert "*" not in json.dumps(statement["Resource"])
        actions |= set(texts(statement["Action"]))

    assert actions == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "lambda:InvokeFunction",
        "codedeploy:PutLifecycleEventHookExecutionStatus",
    }
    for name in ("PredictRole", "PreflightRole"):
        assert "ManagedPolicyArns" not in api["Resources"][name]["Properties"]


def test_the_api_is_throttled_and_logs_no_address(api):
    stage = only(api, "AWS::ApiGatewayV2::Stage")

    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
        "ThrottlingBurstLimit": {"Ref": "RequestBurst"},
    }
    defaults = {name: item.get("Default") for name, item in api["Parameters"].items()}
    assert (defaults["RequestsPerSecond"], defaults["RequestBurst"]) == (50, 100)
    assert "requestId" in stage["AccessLogSettings"]["Format"]
    assert "identity" not in stage["AccessLogSettings"]["Format"]


def test_requests_go_to_the_alias_and_only_this_api_may_send_them(api):
    permission = api["Resources"]["PredictInvocation"]["Properties"]

    assert permission["FunctionName"] == {"Ref": "PredictFunctionAliaslive"}
    assert "${PredictApi}" in permission["SourceArn"]["Fn::Sub"]
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    integration = only(api, "AWS::ApiGatewayV2::Integration")
    assert "${PredictFunction.Arn}:live/" in json.dumps(integration["IntegrationUri"])
    assert integration["PayloadFormatVersion"] == "2.0"


def test_a_new_version_takes_traffic_by_canary_after_the_hook(api):
    alias = api["Resources"]["PredictFunctionAliaslive"]
    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]

    assert update["BeforeAllowTrafficHook"] == {"Ref": "PreflightFunction"}
    assert api["Parameters"]["Rollout"]["Default"] == "Canary10Percent5Minutes"


def test_alarms_stop_a_roll_out_and_roll_it_back(api, watch):
    group = only(api, "AWS::CodeDeploy::DeploymentGroup")
    outputs = [
        alarm["Name"]["Fn::GetAtt"][1].removeprefix("Outputs.")
        for alarm in group["AlarmConfiguration"]["Alarms"]
    ]

    alarms = of_type(watch, "AWS::CloudWatch::Alarm")
    stopping = {watch["Outputs"][output]["Value"]["Ref"] for output in outputs}
    assert stopping == {
        "ServerErrorAlarm", "FunctionErrorAlarm", "LatencyAlarm", "PreflightAlarm"
    }  # fmt: skip
    assert stopping < set(alarms)
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


@pytest.mark.parametrize("name", ["ServerErrorAlarm", "FunctionErrorAlarm"])
@pytest.mark.parametrize(
    ("errors", "calls", "stops"),
    [(0, 1, False), (1, 1, False), (2, 3, False), (3, 3, True), (4, 100, False), (10, 100, True)],
)
def test_a_share_of_errors_stops_a_roll_out_and_a_single_one_does_not(
    name, errors, calls, stops, watch
):
    alarm = watch["Resources"][name]["Properties"]
    [expression] = [item["Expression"] for item in alarm["Metrics"] if "Expression" in item]
    names = {"IF": lambda test, yes, no: yes if test else no, "errors": errors, "calls": calls}

    share = eval(expression, {"__builtins__": {}}, names)

    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert (share >= alarm["Threshold"]) is stops


def test_every_alarm_tells_someone_and_names_its_paragraph(watch):
    page = (ROOT / "docs" / "operations.md").read_text()
    for alarm in of_type(watch, "AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]
        heading = alarm["AlarmDescription"].split('"')[1]
        assert f"### {heading}\n" in page


def test_the_hook_is_named_as_codedeploy_s_role_demands(api):
    hook = api["Resources"]["PreflightFunction"]["Properties"]

    assert hook["FunctionName"] == {"Fn::Sub": "CodeDeployHook_${AWS::StackName}"}
    assert hook["ImageConfig"] == {"Command": ["preflight.app.handler"]}
    assert hook["Code"] == api["Resources"]["PredictFunction"]["Properties"]["Code"]
    parameters = api["Resources"]["Watch"]["Properties"]["Parameters"]
    assert parameters["PreflightName"] == hook["FunctionName"]


def test_two_stages_fit_into_one_account(api, site, front, watch):
    named = {
        text
        for template in (api, site, front, watch)
        for resource in template["Resources"].values()
        for key, value in resource.get("Properties", {}).items()
        if key in ("BucketName", "RoleName", "AlarmName", "TopicName", "LogGroupName", "TableName")
        for text in texts(value)
    }
    assert named == set()
    namespace = api["Resources"]["PredictFunction"]["Properties"]["Environment"]["Variables"]
    assert namespace["POWERTOOLS_METRICS_NAMESPACE"]["Fn::Sub"].endswith("/${AWS::StackName}")


def test_nothing_is_bought_that_costs_while_idle(api):
    function = api["Resources"]["PredictFunction"]["Properties"]
    alias = api["Resources"]["PredictFunctionAliaslive"]["Properties"]

    assert api["Parameters"]["SnapStart"]["Default"] == "None"
    assert function["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
    assert "ProvisionedConcurrencyConfig" not in alias
    kinds = {resource["Type"] for resource in api["Resources"].values()}
    assert not any("EC2" in kind or "KMS" in kind or "WAF" in kind for kind in kinds)


def test_the_function_stops_before_the_api_gives_up(api):
    function = api["Resources"]["PredictFunction"]["Properties"]

    assert function["Timeout"] == 10
    assert only(api, "AWS::ApiGatewayV2::Integration")["TimeoutInMillis"] > 10_000


def test_every_log_is_forgotten_in_time(api):
    for group in of_type(api, "AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    for name in ("PredictFunction", "PreflightFunction"):
        assert "LogGroup" in api["Resources"][name]["Properties"]["LoggingConfig"]


def test_with_cloudfront_the_bucket_is_private_and_read_by_one_distribution(site):
    bucket = resources(site, {"Site": "cloudfront"})["SiteBucket"]
    policy = resources(site, {"Site": "cloudfront"})["SiteBucketPolicy"]
    tls, reader = policy["PolicyDocument"]["Statement"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "ServerSideEncryptionConfiguration" in bucket["BucketEncryption"]
    assert tls["Effect"] == "Deny"
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert reader["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert reader["Action"] == ["s3:GetObject", "s3:ListBucket"]
    source = reader["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert "${CloudFront.Outputs.DistributionId}" in source


def test_without_cloudfront_the_api_reads_files_and_nobody_lists_or_writes(site):
    block = resources(site, {"Site": "s3"})["SiteBucket"]["PublicAccessBlockConfiguration"]
    tls, reader = resources(site, {"Site": "s3"})["SiteBucketPolicy"]["PolicyDocument"]["Statement"]

    assert (block["BlockPublicAcls"], block["IgnorePublicAcls"]) == (True, True)
    assert block["BlockPublicPolicy"] is False
    assert tls["Effect"] == "Deny"
    assert reader["Action"] == "s3:GetObject"


def test_every_region_has_every_type_of_the_templates_that_are_sent_with_the_defaults(
    api, site, watch
):
    from cfnlint.helpers import REGIONS
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    assert "CloudFront" not in resources(site, {"Site": "s3"})
    kinds = {
        item["Type"] for template in (api, site, watch) for item in template["Resources"].values()
    }
    for region in REGIONS:
        # An unknown type fails validation, also under a condition that is false
        assert kinds <= set(PROVIDER_SCHEMA_MANAGER.get_resource_types(region)), region


def test_without_cloudfront_every_get_of_the_api_s_paths_still_reaches_the_function(api, site):
    issuer = {"JwtIssuer": "https://issuer.example", "JwtAudience": "api", "Site": "s3"}
    made = resources(api, issuer) | resources(site, {"Site": "s3"})
    routes = {item["RouteKey"]: item for name, item in made.items() if name.endswith("Route")}
    function = made["PredictRoute"]["Target"]

    files = {key for key, item in routes.items() if item["Target"] != function}
    assert files == {"GET /", "GET /{proxy+}"}
    for path in {route.path for route in ROUTES if route.method == "GET"} - {"/ping"}:
        known = [key for key in routes if fnmatch(f"GET {path}", key.replace("{proxy+}", "*"))]
        # An exact path before a greedy one, and of these the longest: API Gateway's own order
        route = routes[max(known, key=lambda key: ("{" not in key, len(key)))]
        asked = "NONE" if path == "/v1/health" else "JWT"
        assert (route["Target"], route["AuthorizationType"]) == (function, asked), path


def test_the_upgrade_to_cloudfront_keeps_bucket_api_and_function(api, site):
    for template, kept in (
        (api, {"PredictApi", "PredictFunction", "SiteStack"}),
        (site, {"SiteBucket", "SiteBucketPolicy"}),
    ):
        before, after = (resources(template, {"Site": value}) for value in ("s3", "cloudfront"))
        assert kept <= set(before) & set(after)


def test_cloudfront_signs_its_reads_and_sends_the_api_s_paths_to_the_api(front):
    config = only(front, "AWS::CloudFront::Distribution")["DistributionConfig"]
    origins = {origin["Id"]: origin for origin in config["Origins"]}

    assert "OriginAccessControlId" in origins["site"]
    assert origins["api"]["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert [item["PathPattern"] for item in config["CacheBehaviors"]] == ["/v1/*", "/v2/*"]
    for behavior in config["CacheBehaviors"]:
        assert behavior["TargetOriginId"] == "api"
        assert "POST" in behavior["AllowedMethods"]
    # It would replace the API's own problem documents
    assert "CustomErrorResponses" not in config


def test_the_site_s_headers_are_those_of_the_local_server(front):
    policy = only(front, "AWS::CloudFront::ResponseHeadersPolicy")
    headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    transport = headers["StrictTransportSecurity"]

    assert {
        "content-security-policy": headers["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "referrer-policy": headers["ReferrerPolicy"]["ReferrerPolicy"],
        "strict-transport-security": f"max-age={transport['AccessControlMaxAgeSec']}"
        + ("; includeSubDomains" if transport["IncludeSubdomains"] else ""),
        "x-content-type-options": "nosniff",
    } == PAGE_HEADERS
    assert headers["ContentTypeOptions"] == {"Override": True}


def test_the_api_sends_the_form_with_the_same_headers(site):
    for integration in of_type(site, "AWS::ApiGatewayV2::Integration").values():
        mapped = integration["ResponseParameters"]["200"]["ResponseParameters"]
        sent = {
            item["Destination"].removeprefix("overwrite:header."): item["Source"] for item in mapped
        }
        assert sent == PAGE_HEADERS


def test_every_parameter_of_a_nested_stack_is_given_or_has_a_default(api, site):
    stacks = of_type(api, "AWS::CloudFormation::Stack") | of_type(
        site, "AWS::CloudFormation::Stack"
    )
    named = {Path(item["TemplateURL"]).name: item for item in stacks.values()}
    assert set(named) == {Path(name).name for name in TEMPLATES[1:]}
    for name, stack in named.items():
        parameters = read(f"deploy/stacks/{name}")["Parameters"]
        needed = {key for key, item in parameters.items() if "Default" not in item}
        assert needed <= set(stack["Parameters"]) <= set(parameters)
