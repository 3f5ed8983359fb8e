"""The bucket ends up holding exactly the form, in an order that never breaks an open page."""

import re
from pathlib import Path

import pytest

from cytology.schema import DEFAULT_SCHEMA_PATH
from deploy import site
from deploy.account import DeployError, outputs
from deploy.site import ALWAYS_ASK, FOREVER, publish, site_files

PAGE = """<link rel="stylesheet" href="style.css" />
<link rel="icon" href="/pictures/icon.svg" />
<script type="module" src="./app.js"></script>
<a href="other.html">other</a>"""


@pytest.fixture
def folders(tmp_path):
    form, model = tmp_path / "form", tmp_path / "model"
    (form / "pictures").mkdir(parents=True)
    (model / "vendor").mkdir(parents=True)
    (form / "index.html").write_text(PAGE)
    (form / "app.js").write_text('import "./other.js";')
    (form / "style.css").write_text("body {}")
    (form / "pictures" / "icon.svg").write_text("<svg/>")
    (form / "sw.js").write_text('const SHELL = "shell-1"; const FILES = ["./", "app.js"];')
    (form / "types.d.ts").write_text("declare")
    (model / "card.html").write_text('<link rel="stylesheet" href="style.css" />')
    (model / "vendor" / "big.js").write_text("big")
    return form, (model,), Path(DEFAULT_SCHEMA_PATH)


@pytest.fixture
def files(folders):
    return site_files(*folders)


def held(aws):
    s3 = aws.client("s3")
    bucket = outputs(aws.account)["SiteBucketName"]
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key) for key in keys}


def test_types_and_caching_follow_from_the_kind_of_file(files):
    found = {
        re.sub(r"^a/\w{12}/", "a/HASH/", file.key): (file.content_type, file.cache_control)
        for file in files
    }

    assert found == {
        "a/HASH/app.js": ("text/javascript; charset=utf-8", FOREVER),
        "a/HASH/style.css": ("text/css; charset=utf-8", FOREVER),
        "a/HASH/pictures/icon.svg": ("image/svg+xml; charset=utf-8", FOREVER),
        "features.de.json": ("application/json; charset=utf-8", ALWAYS_ASK),
        "features.json": ("application/json; charset=utf-8", ALWAYS_ASK),
        "card.html": ("text/html; charset=utf-8", ALWAYS_ASK),
        "vendor/big.js": ("text/javascript; charset=utf-8", ALWAYS_ASK),
        "index.html": ("text/html; charset=utf-8", ALWAYS_ASK),
        "sw.js": ("text/javascript; charset=utf-8", ALWAYS_ASK),
    }


def test_a_page_and_the_service_worker_name_the_hashed_files(files):
    content = {file.key: file.content.decode() for file in files}
    folder = next(key for key in content if key.endswith("app.js")).removesuffix("/app.js")

    assert f'src="/{folder}/app.js"' in content["index.html"]
    assert f'href="/{folder}/style.css"' in content["index.html"]
    assert f'href="/{folder}/pictures/icon.svg"' in content["index.html"]
    assert 'href="other.html"' in content["index.html"]
    assert f'href="/{folder}/style.css"' in content["card.html"]
    assert f'["./", "/{folder}/app.js"]' in content["sw.js"]
    assert '"shell-1"' not in content["sw.js"]


def test_one_changed_script_renames_the_release(folders, files):
    (folders[0] / "app.js").write_text("changed")

    before, after = {file.key for file in files}, {file.key for file in site_files(*folders)}

    assert {key for key in before & after if key.startswith("a/")} == set()


def test_pages_are_put_after_all_that_they_name(files):
    keys = [file.key for file in files]

    assert keys.index("index.html") > max(keys.index(key) for key in keys if key.startswith("a/"))
    assert keys.index("index.html") > keys.index("features.json")
    assert keys[-1] == "sw.js"


def test_nothing_of_the_model_but_its_schema_is_published(files):
    assert not any("d.ts" in file.key for file in files)
    assert not any(file.key.endswith(("joblib", "manifest.json")) for file in site_files())


def test_the_shipped_form_is_whole_after_publishing():
    content = {file.key: file.content.decode() for file in site_files()}
    page = content["index.html"]

    for name in re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', page):
        assert name.removeprefix("/") in content, name
    for listed in re.findall(r'"(/a/[^"]+)"', content["sw.js"]):
        assert listed.removeprefix("/") in content, listed


def test_publishing_fills_the_bucket_and_tells_cloudfront(stack, files):
    changes = publish(stack.account, files, wait=False)

    assert len(changes.put) == len(files)
    found = held(stack)
    assert set(found) == {file.key for file in files}
    assert found["index.html"]["CacheControl"] == ALWAYS_ASK
    assert found["index.html"]["ContentType"] == "text/html; charset=utf-8"
    distribution = outputs(stack.account)["DistributionId"]
    listed = stack.client("cloudfront").list_invalidations(DistributionId=distribution)
    assert listed["InvalidationList"]["Quantity"] == 1


def test_publishing_twice_changes_nothing(stack, files):
    publish(stack.account, files, wait=False)

    changes = publish(stack.account, files, wait=False)

    assert (changes.put, changes.delete) == ((), ())
    distribution = outputs(stack.account)["DistributionId"]
    listed = stack.client("cloudfront").list_invalidations(DistributionId=distribution)
    assert listed["InvalidationList"]["Quantity"] == 1


def test_a_new_release_deletes_the_old_one_last(stack, folders, files, monkeypatch):
    publish(stack.account, files, wait=False)
    (folders[0] / "app.js").write_text("changed")
    s3 = stack.client("s3")
    calls = []
    for name in ("put_object", "delete_objects"):
        real = getattr(s3, name)
        monkeypatch.setattr(
            s3, name, lambda real=real, name=name, **given: (calls.append(name), real(**given))[1]
        )

    publish(stack.account, site_files(*folders), wait=False)

    assert calls[-1] == "delete_objects"
    assert calls.count("delete_objects") == 1
    assert set(held(stack)) == {file.key for file in site_files(*folders)}


def test_publishing_goes_on_after_a_failure(stack, files, monkeypatch):
    s3 = stack.client("s3")
    real = s3.put_object
    done = []

    def fail_later(**given):
        if len(done) == 2:
            raise ConnectionError("link lost")
        done.append(given["Key"])
        return real(**given)

    monkeypatch.setattr(s3, "put_object", fail_later)
    with pytest.raises(ConnectionError):
        publish(stack.account, files, wait=False)
    monkeypatch.setattr(s3, "put_object", real)

    changes = publish(stack.account, files, wait=False)

    assert len(changes.put) == len(files) - 2
    assert set(held(stack)) == {file.key for file in files}


def test_a_stack_that_is_not_there_is_said_to_be_missing(aws, files):
    with pytest.raises(DeployError, match="make deploy"):
        publish(aws.account, files, wait=False)


def test_more_than_a_thousand_stale_files_are_deleted_in_batches(stack, files, monkeypatch):
    batches = []
    monkeypatch.setattr(
        stack.client("s3"), "delete_objects", lambda **given: batches.append(given["Delete"])
    )
    monkeypatch.setattr(
        site, "plan", lambda *_: site.Plan((), tuple(f"old/{n}" for n in range(1001)))
    )

    publish(stack.account, files, wait=False)

    assert [len(batch["Objects"]) for batch in batches] == [1000, 1]
