"""The door for programs with a key: there when asked for, counted, and in nobody else's way.

Validated in translated form, not executed: no account was at hand (decision 0067).
"""

import json

import pytest

from tests.infrastructure.resolved import resources
from tests.infrastructure.translated import ROOT, of_type, texts, translate

KEYED = {"KeyedRequestsPerDay": 1000, "KeyedRequestsPerSecond": 7, "RequestsPerSecond": 20}
ISSUER = {"JwtIssuer": "https://issuer.example.org/", "JwtAudience": "cytology"}


@pytest.fixture(scope="module")
def root():
    return translate("template.yaml")


@pytest.fixture(scope="module")
def made(root, keyed):
    """What CloudFormation would make of the nested stack by the root's parameters."""
    given = resources(root, **KEYED)["Keyed"]["Parameters"]
    return resources(keyed, **given)


def test_by_default_there_is_no_second_door(root):
    assert root["Parameters"]["KeyedRequestsPerDay"]["Default"] == 0
    assert "Keyed" not in resources(root)
    outputs = {
        name for name, item in root["Outputs"].items() if item.get("Condition") == "HasKeyed"
    }
    assert outputs == {"KeyedUrl", "KeyedKeyId", "KeyedPlanId"}


def test_every_method_of_every_path_asks_for_a_key(made):
    body = made["KeyedApi"]["Body"]

    assert body["x-amazon-apigateway-api-key-source"] == "HEADER"
    assert body["components"]["securitySchemes"] == {
        "key": {"type": "apiKey", "name": "x-api-key", "in": "header"}
    }
    methods = [method for path in body["paths"].values() for method in path.items()]
    assert [name for name, _ in methods] == ["x-amazon-apigateway-any-method"]
    assert [method["security"] for _, method in methods] == [[{"key": []}]]
    assert set(body["paths"]) == {"/{proxy+}"}


def test_a_key_has_a_quota_a_day_and_a_rate_a_second(made):
    assert made["KeyedPlan"]["Quota"] == {"Limit": 1000, "Period": "DAY"}
    assert made["KeyedPlan"]["Throttle"] == {"RateLimit": 7, "BurstLimit": 7}
    assert made["KeyedPlan"]["ApiStages"] == [
        {"ApiId": {"Ref": "KeyedApi"}, "Stage": {"Ref": "KeyedStage"}}
    ]
    assert made["KeyedAdmission"] == {
        "KeyId": {"Ref": "KeyedKey"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "KeyedPlan"}
    }  # fmt: skip


def test_all_keys_together_are_held_to_what_the_api_lets_through(made):
    [settings] = made["KeyedStage"]["MethodSettings"]

    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (20, 100)


def test_requests_go_to_the_alias_and_only_this_api_may_send_them(root, made):
    given = resources(root, **KEYED)["Keyed"]["Parameters"]
    [method] = made["KeyedApi"]["Body"]["paths"]["/{proxy+}"].values()
    integration = method["x-amazon-apigateway-integration"]
    permission = made["KeyedInvocation"]

    assert given["FunctionAlias"] == {"Ref": "PredictFunctionAliaslive"}
    assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST")
    assert "functions/${FunctionAlias}/invocations" in integration["uri"]["Fn::Sub"]
    assert permission["FunctionName"] == {"Ref": "PredictFunctionAliaslive"}
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${KeyedApi}/*")
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    # The function stops before the API gives up
    function = resources(root)["PredictFunction"]
    assert integration["timeoutInMillis"] > function["Timeout"] * 1000


def test_packed_bodies_and_tensors_pass_as_bytes(made):
    assert made["KeyedApi"]["Body"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]


def test_its_access_log_is_the_other_api_s_and_holds_no_address_and_no_key(root, made):
    written = made["KeyedStage"]["AccessLogSetting"]["Format"]

    assert written == resources(root)["PredictStage"]["AccessLogSettings"]["Format"]
    assert "identity" not in written
    # Execution logs quote requests
    assert "LoggingLevel" not in json.dumps(made["KeyedStage"])


def test_no_template_and_no_output_holds_the_key_s_value(root, keyed):
    assert of_type(keyed, "AWS::ApiGateway::ApiKey") == {"KeyedKey": {"Enabled": True}}
    assert keyed["Outputs"]["KeyedKeyId"]["Value"] == {"Ref": "KeyedKey"}
    assert root["Outputs"]["KeyedKeyId"]["Value"] == {"Fn::GetAtt": ["Keyed", "Outputs.KeyedKeyId"]}


def test_nothing_of_it_costs_while_idle_and_nothing_is_the_whole_account_s(keyed):
    assert {resource["Type"] for resource in keyed["Resources"].values()} == {
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
    }
    assert "CacheClusterEnabled" not in keyed["Resources"]["KeyedStage"]["Properties"]


@pytest.mark.parametrize("access", [{}, ISSUER])
def test_keys_neither_close_nor_open_the_first_door(root, access):
    without, beside = resources(root, **access), resources(root, **access, **KEYED)

    for name in ("PredictRoute", "HealthRoute", "PreflightRoute", "PredictApi"):
        assert beside[name] == without[name]
    assert set(beside) - set(without) == {"Keyed"}


def test_its_log_is_among_those_that_are_shown(root):
    assert "${Keyed.Outputs.KeyedLogs}" in "".join(texts(root["Outputs"]["LogGroups"]))


# sam itself uses much that its libraries call deprecated
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_sam_local_mounts_no_door_that_leads_nowhere():
    # As resources and methods, sam would mount the second API over the first, without its function
    from samcli.lib.providers.api_provider import ApiProvider
    from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

    stacks, _ = SamLocalStackProvider.get_stacks(str(ROOT / "template.yaml"))

    routes = ApiProvider(stacks, disable_authorizer=True).routes
    assert "Keyed" in {stack.stack_path for stack in stacks}
    assert {route.function_name for route in routes} == {"PredictFunction"}
