"""New prices come from AWS's own answers, page by page, and never by guessing."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from lab.costs.prices import load_prices
from lab.costs.refresh import refreshed

TODAY = "2027-01-01"


def product(*tiers, version="20261231"):
    dimensions = {
        f"d{number}": {"beginRange": str(start), "pricePerUnit": {"USD": f"{usd:.10f}"}}
        for number, (start, usd) in enumerate(tiers)
    }
    return json.dumps(
        {
            "product": {"attributes": {}},
            "terms": {"OnDemand": {"t": {"priceDimensions": dimensions}}},
            "version": version,
            "publicationDate": "2026-12-31T00:00:00Z",
        }
    )


@pytest.fixture
def ask():
    """Refresh one row with these pages of answers; the stub knows the request's shape."""

    def run(name, *pages, **changes):
        document = load_prices().document
        document = {**document, "prices": {name: {**document["prices"][name], **changes}}}
        client = boto3.client(
            "pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        with Stubber(client) as stub:
            for number, page in enumerate(pages):
                token = {"NextToken": str(number)} if number else {}
                more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
                stub.add_response(
                    "get_products",
                    {"FormatVersion": "aws_v1", "PriceList": page, **more},
                    {**request_for(document["prices"][name]), **token},
                )
            result, kept = refreshed(document, client, TODAY)
            stub.assert_no_pending_responses()
        return result, result["prices"][name], kept

    return run


def request_for(row):
    wanted = {"usagetype": row["usagetype"], **row.get("filters", {})}
    if row["service"] == "AWSDataTransfer":
        wanted |= {"fromRegionCode": "us-east-1", "toLocation": "External"}
    elif row["service"] != "AmazonCloudFront":
        wanted["regionCode"] = "us-east-1"
    return {
        "ServiceCode": row["service"],
        "FormatVersion": "aws_v1",
        "Filters": [
            {"Type": "TERM_MATCH", "Field": field, "Value": value}
            for field, value in wanted.items()
        ],
    }


def test_a_new_price_is_written_with_its_offer_and_date(ask):
    document, row, kept = ask("http_api_request", [product((3e8, 8e-7), (0, 9e-7))])

    assert kept == {}
    assert row["tiers"] == [[0, 9e-7], [3e8, 8e-7]]
    assert (row["offer_version"], row["date"], row["verified"]) == ("20261231", TODAY, True)
    assert document["taken"] == TODAY


def test_every_page_is_read(ask):
    _, row, kept = ask("lambda_request", [], [product((0, 1.9e-7))], [product((0, 1.9e-7))])

    assert kept == {}
    assert row["tiers"] == [[0, 1.9e-7]]


def test_two_different_prices_keep_the_old_one_and_say_so(ask):
    before = load_prices().document
    document, row, kept = ask("lambda_request", [product((0, 1.9e-7))], [product((0, 2.1e-7))])

    assert kept == {"lambda_request": "2 different prices"}
    assert row == before["prices"]["lambda_request"]
    assert document["taken"] == before["taken"]


def test_a_product_that_is_gone_keeps_its_price(ask):
    assert ask("ec2_t3_micro_hour", [])[2] == {"ec2_t3_micro_hour": "no such product"}


def test_a_price_of_another_unit_is_not_taken(ask):
    _, row, kept = ask("s3_get", [product((0, 0.0004))])

    assert kept == {"s3_get": "0.0004 is too far from 4e-07 to be of the same unit"}
    assert row["tiers"] == [[0, 4e-7]]


def test_products_listed_at_nothing_are_no_price(ask):
    assert ask("ec2_t3_micro_hour", [product((0, 0.0)), product((0, 0.0105))])[2] == {}


def test_a_row_without_a_usage_type_is_never_asked_for(ask):
    assert ask("lambda_snapstart_cached")[2] == {
        "lambda_snapstart_cached": "no usage type is known"
    }


def test_data_leaving_and_the_edge_are_asked_for_in_their_own_ways(ask):
    assert ask("egress_gb", [product((0, 0.09), (10240, 0.085))])[2] == {}
    assert ask("cloudfront_gb", [product((0, 0.085))])[2] == {}
