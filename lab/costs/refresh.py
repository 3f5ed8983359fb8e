"""Refreshes prices.json from AWS's Price List API: ``python -m lab.costs.refresh``.

It needs credentials with pricing:GetProducts; asking is free of charge.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

from lab.costs.inputs import PRICES

#: The API's own region; the prices are those of the region in prices.json.
API_REGION = "us-east-1"
#: A new price that differs by more than this factor has another unit.
FARTHEST = 10.0

Tiers = list[list[float]]


class Unclear(Exception):
    """The API does not give one price; the message says why."""


def main() -> int:
    """Refresh the file; return 1 if a price could not be refreshed."""
    client = boto3.client("pricing", region_name=API_REGION)
    before = json.loads(PRICES.read_text(encoding="utf-8"))
    document, kept = refreshed(before, client, datetime.now(UTC).date().isoformat())
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    PRICES.write_text(text, encoding="utf-8")
    for name, reason in kept.items():
        print(f"{name:<32} kept: {reason}")
    print(f"{len(document['prices']) - len(kept)} prices refreshed, {len(kept)} kept")
    return int(bool(kept))


def refreshed(
    document: Mapping[str, Any], client: Any, today: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the document with new prices, and the reason for each price that was kept.

    Parameters
    ----------
    document
        The content of prices.json.
    client
        boto3's client of the service ``pricing``.
    today
        ISO date that refreshed prices get.
    """
    rows, kept = {}, {}
    for name, row in document["prices"].items():
        try:
            tiers = _new_tiers(row, client, document["region"])
        except Unclear as unclear:
            rows[name], kept[name] = row, str(unclear)
        else:
            news = {"tiers": tiers, "source": "AWS Price List API", "date": today}
            rows[name] = {**row, **news, "verified": True}
    taken = today if len(kept) < len(rows) else document["taken"]
    return {**document, "taken": taken, "prices": rows}, kept


def _new_tiers(row: Mapping[str, Any], client: Any, region: str) -> Tiers:
    if row["usagetype"] is None:
        raise Unclear("no usage type is known")
    # Several products with one price are common; with several prices, which one holds is unclear
    distinct = {json.dumps(tiers): tiers for tiers in _offered(row, client, region)}
    if len(distinct) != 1:
        raise Unclear(f"{len(distinct)} different prices" if distinct else "no such product")
    [tiers] = distinct.values()
    old, new = row["tiers"][0][1], tiers[0][1]
    if not old / FARTHEST <= new <= old * FARTHEST:
        raise Unclear(f"{new} is too far from {old} to be of the same unit")
    return tiers


def _offered(row: Mapping[str, Any], client: Any, region: str) -> Iterable[Tiers]:
    """Yield the on-demand price of every product with the row's usage type."""
    wanted = {"usagetype": row["usagetype"], **row.get("filters", {})}
    if row["service"] == "AWSDataTransfer":
        wanted |= {"fromRegionCode": region, "toLocation": "External"}
    # CloudFront's prices belong to edge locations, not to regions
    elif row["service"] != "AmazonCloudFront":
        wanted["regionCode"] = region
    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()
    ]
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=row["service"], Filters=filters, FormatVersion="aws_v1"
    )
    products = (json.loads(text) for page in pages for text in page["PriceList"])
    for product in products:
        for term in product["terms"].get("OnDemand", {}).values():
            tiers = sorted(
                [float(each["beginRange"]), float(each["pricePerUnit"]["USD"])]
                for each in term["priceDimensions"].values()
                if "USD" in each["pricePerUnit"]
            )
            # Capacity reservations are listed with the price 0
            if any(price > 0 for _, price in tiers):
                yield tiers


if __name__ == "__main__":
    sys.exit(main())
