"""Who may call the deployed API: the template's options, on and off, in translated form."""

import pytest

from deploy.template import broken_rules, resources
from tests.support.templates import translate

ISSUER = {"JwtIssuer": "https://issuer.example.org/", "JwtAudience": "cytology"}
ORIGINS = {"AllowedOrigins": "https://one.example.org,https://two.example.org"}


@pytest.fixture(scope="module")
def template():
    return translate("template.yaml")


def routes(made):
    return {item["RouteKey"]: item for name, item in made.items() if name.endswith("Route")}


def test_by_default_everybody_may_call_and_there_is_no_authoriser(template):
    made = resources(template, {})

    assert "PredictAuthorizer" not in made
    for route in routes(made).values():
        assert route["AuthorizationType"] == "NONE"
        assert "AuthorizerId" not in route


def test_with_an_issuer_every_path_but_health_asks_for_a_token(template):
    made = resources(template, ISSUER)

    by_key = routes(made)
    assert by_key["$default"]["AuthorizationType"] == "JWT"
    assert by_key["$default"]["AuthorizerId"] == {"Ref": "PredictAuthorizer"}
    open_keys = {key for key, route in by_key.items() if route["AuthorizationType"] == "NONE"}
    # $default takes all that these two leave; a preflight never carries a token
    assert open_keys == {"GET /v1/health", "OPTIONS /{proxy+}"}
    assert len({str(route["Target"]) for route in by_key.values()}) == 1


def test_the_authoriser_reads_the_usual_header_and_knows_one_audience(template):
    authorizer = resources(template, ISSUER)["PredictAuthorizer"]

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert authorizer["JwtConfiguration"] == {
        "Issuer": ISSUER["JwtIssuer"],
        "Audience": [ISSUER["JwtAudience"]],
    }


def test_an_issuer_without_an_audience_is_refused(template):
    [error] = broken_rules(template, {"JwtIssuer": ISSUER["JwtIssuer"]})
    assert "JwtAudience" in error
    assert broken_rules(template, ISSUER) == []
    assert broken_rules(template, {}) == []


def test_a_domain_without_a_certificate_is_refused(template):
    given = {"DomainName": "a.example.org", "Site": "cloudfront"}
    [error] = broken_rules(template, given)
    assert "CertificateArn" in error


@pytest.mark.parametrize("name", ["DomainName", "WebAclArn"])
def test_what_only_cloudfront_has_is_refused_without_it(name, template):
    given = {name: "something", "CertificateArn": "arn"}

    assert any("Site=cloudfront" in error for error in broken_rules(template, given))
    assert broken_rules(template, given | {"Site": "cloudfront"}) == []


def test_behind_a_waf_only_cloudfront_knows_the_secret_that_the_function_asks_for(template):
    given = {"Site": "cloudfront", "WebAclArn": "arn:aws:wafv2:acl"}
    made = resources(template, given)

    for name in ("PredictFunction", "PreflightFunction"):
        secret = made[name]["Environment"]["Variables"]["ORIGIN_SECRET"]
        assert "${OriginSecret}" in secret["Fn::Sub"]
    assert made["SiteStack"]["Parameters"]["OriginSecretArn"] == {"Ref": "OriginSecret"}
    passed = {"OriginSecretArn": "arn:secret"}
    front = resources(translate("deploy/stacks/cloudfront.yaml"), passed)
    origins = front["Distribution"]["DistributionConfig"]["Origins"]
    [header] = next(item for item in origins if item["Id"] == "api")["OriginCustomHeaders"]
    assert header["HeaderName"] == "x-origin-secret"
    assert header["HeaderValue"]["Fn::Sub"] == secret["Fn::Sub"].replace(
        "${OriginSecret}", "${OriginSecretArn}"
    )


def test_without_a_waf_there_is_no_secret(template):
    made = resources(template, {})

    assert "OriginSecret" not in made
    assert made["PredictFunction"]["Environment"]["Variables"]["ORIGIN_SECRET"] == ""


@pytest.mark.parametrize("access", [{}, ISSUER])
def test_pages_of_allowed_origins_may_send_a_token(template, access):
    made = resources(template, ORIGINS | access)
    cors = made["PredictApi"]["CorsConfiguration"]

    variables = made["PredictFunction"]["Environment"]["Variables"]
    assert variables["ALLOWED_ORIGINS"] == ORIGINS["AllowedOrigins"]
    assert cors["AllowOrigins"] == ["https://one.example.org", "https://two.example.org"]
    # All that a page may want to send: a token, a packed body, a tag, an id of its own
    wanted = {"authorization", "content-type", "content-encoding", "if-none-match", "x-request-id"}
    assert set(cors["AllowHeaders"]) == wanted
    assert "OPTIONS" in cors["AllowMethods"]
    assert "AllowCredentials" not in cors


@pytest.mark.parametrize("access", [{}, ISSUER])
def test_without_allowed_origins_there_is_no_cors(template, access):
    assert "CorsConfiguration" not in resources(template, access)["PredictApi"]


@pytest.mark.parametrize("access", [{}, ISSUER])
def test_the_function_url_is_no_back_door(template, access):
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert "AWS::Lambda::Url" not in kinds
    invokers = [
        item["Principal"]
        for name, item in resources(template, access).items()
        if template["Resources"][name]["Type"] == "AWS::Lambda::Permission"
    ]
    assert invokers == ["apigateway.amazonaws.com"]


def test_a_reserve_and_a_key_appear_only_when_asked_for(template):
    assert "ReservedConcurrentExecutions" not in resources(template, {})["PredictFunction"]
    made = resources(template, {"ReservedConcurrency": 5, "KmsKeyArn": "arn:aws:kms:key"})
    assert made["PredictFunction"]["ReservedConcurrentExecutions"] == 5
    assert made["PredictLogs"]["KmsKeyId"] == "arn:aws:kms:key"
