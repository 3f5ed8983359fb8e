"""Tables of docs/costs.md and docs/scale.md that hold closed forms."""

import pytest

from lab.costs import scale, tables


def cells(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[3:]]


def test_requests_an_hour_apart_mostly_find_no_idle_environment():
    # e^(-10 minutes / 1 hour)
    assert tables.cold_share(730) == pytest.approx(0.8465, abs=1e-4)
    assert tables.cold_share(1e9) == tables.STEADY_COLD_SHARE


@pytest.mark.usefixtures("node")
def test_the_scale_table_follows_lambdas_rule_of_ten_requests_a_second():
    last = cells(scale.by_volume())[-1]

    # 10⁹ a day are 115,741 a second at a peak of 10
    assert last[:3] == ["1,000,000,000", "115,741", "11,575"]


def test_a_quota_is_reached_at_its_rate_divided_by_the_peak():
    new_account = next(row for row in cells(scale.quotas()) if "new accounts" in row[0])

    # 10 × 10 requests a second at the peak are 10 a second on average
    assert new_account[1:] == ["100", "864,000"]


@pytest.mark.usefixtures("node")
def test_the_cheapest_option_of_each_volume_is_bold():
    for row in cells(tables.by_volume(redundant=True)):
        amounts = [float(cell.strip("*").replace(",", "")) for cell in row[2:]]
        [bold] = [place for place, cell in enumerate(row[2:]) if cell.startswith("**")]
        assert amounts[bold] == min(amounts)
