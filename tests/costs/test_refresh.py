"""Prices come from AWS's answers; an unclear answer changes nothing."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from lab.costs.inputs import document
from lab.costs.refresh import refreshed

TODAY = "2027-01-01"


def product(*tiers):
    dimensions = {
        f"d{number}": {"beginRange": str(start), "pricePerUnit": {"USD": f"{usd:.10f}"}}
        for number, (start, usd) in enumerate(tiers)
    }
    return json.dumps(
        {
            "product": {"attributes": {}},
            "terms": {"OnDemand": {"t": {"priceDimensions": dimensions}}},
        }
    )


@pytest.fixture
def ask():
    """Refresh one row from these pages of answers."""

    def run(name, *pages, **changes):
        before = document()["prices"]
        row = {**before["prices"][name], **changes}
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
                    {**request_for(row), **token},
                )
            result, kept = refreshed({**before, "prices": {name: row}}, client, TODAY)
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


def test_a_new_price_is_written_with_its_date(ask):
    prices, row, kept = ask("http_api_request", [product((3e8, 8e-7), (0, 9e-7))])

    assert kept == {}
    assert row["tiers"] == [[0, 9e-7], [3e8, 8e-7]]
    assert (row["date"], row["verified"]) == (TODAY, True)
    assert prices["taken"] == TODAY


def test_every_page_is_read(ask):
    _, row, kept = ask("lambda_request", [], [product((0, 1.9e-7))], [product((0, 1.9e-7))])

    assert kept == {}
    assert row["tiers"] == [[0, 1.9e-7]]


def test_two_different_prices_keep_the_old_one(ask):
    before = document()["prices"]
    prices, row, kept = ask("lambda_request", [product((0, 1.9e-7))], [product((0, 2.1e-7))])

    assert kept == {"lambda_request": "2 different prices"}
    assert row == before["prices"]["lambda_request"]
    assert prices["taken"] == before["taken"]


def test_a_missing_product_keeps_its_price(ask):
    assert ask("ec2_t3_micro_hour", [])[2] == {"ec2_t3_micro_hour": "no such product"}


def test_a_price_of_another_unit_is_refused(ask):
    _, row, kept = ask("s3_get", [product((0, 0.0004))])

    assert kept == {"s3_get": "0.0004 is too far from 4e-07 to be of the same unit"}
    assert row["tiers"] == [[0, 4e-7]]


def test_products_with_the_price_zero_are_ignored(ask):
    assert ask("ec2_t3_micro_hour", [product((0, 0.0)), product((0, 0.0105))])[2] == {}


def test_a_row_without_a_usage_type_is_not_asked_for(ask):
    assert ask("sagemaker_data_gb")[2] == {"sagemaker_data_gb": "no usage type is known"}


def test_egress_and_cloudfront_have_their_own_filters(ask):
    assert ask("egress_gb", [product((0, 0.09), (10240, 0.085))])[2] == {}
    assert ask("cloudfront_gb", [product((0, 0.085))])[2] == {}
