"""Turns answers of AWS's Price List API into a newer prices.json: ``make prices``.

A row is asked for by its usage type, and by what else it names to tell products apart. It keeps its
old value, and the run says so, where the answer is none, or several that differ, or so far off that
the unit must be another. Credentials with pricing:GetProducts are needed; asking costs nothing.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import boto3

from lab.costs.prices import load_prices, write_prices

#: Where the API answers; the prices' own region is the snapshot's.
API_REGION = "us-east-1"
#: A price further off than this is one of another unit.
FARTHEST = 10.0

Tiers = list[list[float]]


class Unclear(Exception):
    """The answers do not say one price; the message says what they do say."""


class Offer(NamedTuple):
    """One product's on-demand price, and the offer that it stands in."""

    tiers: Tiers
    version: str
    published: str


def main() -> int:
    """Refresh the file; return 1 where a row could not be refreshed."""
    client = boto3.client("pricing", region_name=API_REGION)
    document, kept = refreshed(load_prices().document, client, datetime.now(UTC).date().isoformat())
    write_prices(document)
    for name, reason in kept.items():
        print(f"{name:<32} kept: {reason}")
    print(f"{len(document['prices']) - len(kept)} prices refreshed, {len(kept)} kept")
    return int(bool(kept))


def refreshed(
    document: Mapping[str, Any], client: Any, today: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """The document with new prices, and why each of the others was kept."""
    rows, kept = {}, {}
    for name, row in document["prices"].items():
        try:
            rows[name] = _refreshed_row(row, client, document["region"], today)
        except Unclear as unclear:
            rows[name], kept[name] = row, str(unclear)
    taken = today if len(kept) < len(rows) else document["taken"]
    return {**document, "taken": taken, "prices": rows}, kept


def _refreshed_row(row: Mapping[str, Any], client: Any, region: str, today: str) -> dict[str, Any]:
    if row["usagetype"] is None:
        raise Unclear("no usage type is known")
    offer = the_offer(offers(client, row, region))
    old, new = row["tiers"][0][1], offer.tiers[0][1]
    if not old / FARTHEST <= new <= old * FARTHEST:
        raise Unclear(f"{new} is too far from {old} to be of the same unit")
    return {
        **row,
        "tiers": offer.tiers,
        "source": "AWS Price List API",
        "date": today,
        "verified": True,
        "offer_version": offer.version,
        "offer_published": offer.published,
    }


def offers(client: Any, row: Mapping[str, Any], region: str) -> Iterable[Offer]:
    """Every product of the row's usage type with an on-demand price."""
    wanted = {"usagetype": row["usagetype"], **row.get("filters", {})}
    # CloudFront's prices belong to places of the edge, not to regions
    if row["service"] != "AmazonCloudFront":
        wanted["regionCode"] = region
    if row["service"] == "AWSDataTransfer":
        # Leaving for the internet; the product names where it comes from, and no region of its own
        del wanted["regionCode"]
        wanted |= {"fromRegionCode": region, "toLocation": "External"}
    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()
    ]
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=row["service"], Filters=filters, FormatVersion="aws_v1"
    )
    for page in pages:
        for text in page["PriceList"]:
            yield from _offers_of(json.loads(text))


def the_offer(found: Iterable[Offer]) -> Offer:
    """The one that all agree on; products that differ only in name are common."""
    distinct = {json.dumps(offer.tiers): offer for offer in found}
    if len(distinct) != 1:
        raise Unclear(f"{len(distinct)} different prices" if distinct else "no such product")
    return next(iter(distinct.values()))


def _offers_of(product: Mapping[str, Any]) -> Iterable[Offer]:
    for term in product["terms"].get("OnDemand", {}).values():
        dimensions = term["priceDimensions"].values()
        tiers = sorted(
            [float(each["beginRange"]), float(each["pricePerUnit"]["USD"])]
            for each in dimensions
            if "USD" in each["pricePerUnit"]
        )
        # What is free is stated apart; capacity reservations are listed at nothing
        if tiers and any(usd > 0 for _, usd in tiers):
            yield Offer(tiers, product["version"], product["publicationDate"])


if __name__ == "__main__":
    sys.exit(main())
