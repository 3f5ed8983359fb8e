"""The Open Inference Protocol, as written and as two foreign clients speak it."""

import asyncio
import json
import math
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.support.samples import BENIGN, JSON, MALIGNANT, NAMES, UNSCORED


@pytest.fixture(scope="module")
def name(transport):
    return transport.request("GET", "/v1/model").json()["name"]


@pytest.fixture(scope="module")
def version(transport):
    return transport.request("GET", "/v1/model").json()["version"]


def infer(transport, name, document, path="infer", tail=b"", headers=JSON):
    body = json.dumps(document).encode()
    if tail:
        headers = headers | {"inference-header-content-length": str(len(body))}
    return transport.request("POST", f"/v2/models/{name}/{path}", headers, body + tail)


def tensor(rows, datatype="INT64", **changes):
    flat = [score for row in rows for score in row]
    shape = [len(rows), 9]
    return {"name": "scores", "shape": shape, "datatype": datatype, "data": flat} | changes


def columns(count, data=(5, 5)):
    """One tensor for each of the first features."""
    return [
        {"name": feature, "datatype": "INT64", "shape": [len(data)], "data": list(data)}
        for feature in NAMES[:count]
    ]


def probability(transport, sample):
    body = json.dumps({"samples": [sample]})
    answer = transport.request("POST", "/v1/predict", JSON, body)
    return answer.json()["predictions"][0]["probability"]


def test_the_server_is_live_and_ready(transport):
    assert transport.request("GET", "/v2/health/live").json() == {"live": True}
    assert transport.request("GET", "/v2/health/ready").json() == {"ready": True}
    assert set(transport.request("GET", "/v2").json()) == {"name", "version", "extensions"}


@pytest.mark.parametrize("versioned", [False, True])
def test_the_model_describes_its_tensors(transport, name, version, versioned):
    path = f"/v2/models/{name}" + (f"/versions/{version}" if versioned else "")
    document = transport.request("GET", path).json()
    assert document["versions"] == [version]
    assert document["inputs"][0]["shape"] == [-1, 9]
    assert [output["name"] for output in document["outputs"]] == ["predict", "predict_proba"]
    assert transport.request("GET", f"{path}/ready").json() == {"name": name, "ready": True}


@pytest.mark.parametrize("datatype", ["INT64", "FP64", "UINT8", "INT32"])
def test_a_tensor_is_answered_with_labels_and_probabilities(transport, name, version, datatype):
    request = {"id": "x", "inputs": [tensor([BENIGN, MALIGNANT], datatype)]}
    document = infer(transport, name, request).json()
    assert (document["model_name"], document["model_version"]) == (name, version)
    assert document["id"] == "x"
    labels, shares = document["outputs"]
    assert labels["data"] == ["benign", "malignant"]
    assert (labels["shape"], shares["shape"]) == ([2], [2, 2])
    expected = [probability(transport, sample) for sample in (BENIGN, MALIGNANT)]
    assert shares["data"][1::2] == expected
    assert [a + b for a, b in zip(shares["data"][::2], expected, strict=True)] == [1.0, 1.0]


def test_data_may_be_nested_and_the_version_named(transport, name, version):
    request = {"inputs": [tensor([BENIGN]) | {"data": [BENIGN]}]}
    assert infer(transport, name, request, f"versions/{version}/infer").status == 200


def test_one_tensor_per_feature_is_read_by_name(transport, name):
    inputs = [
        {"name": feature, "shape": [2, 1], "datatype": "INT64", "data": [score, score]}
        for feature, score in zip(NAMES, BENIGN, strict=True)
    ]
    document = infer(transport, name, {"inputs": inputs[::-1]}).json()
    assert document["outputs"][0]["data"] == ["benign", "benign"]


def test_binary_tensors_are_read_behind_the_header(transport, name):
    tail = struct.pack("<18d", *BENIGN, *[math.nan if s is None else s for s in UNSCORED])
    binary = {"parameters": {"binary_data_size": len(tail)}}
    inputs = [
        {"name": "scores", "shape": [2, 9], "datatype": "FP64"} | binary,
    ]
    document = infer(transport, name, {"inputs": inputs}, tail=tail).json()
    assert document["outputs"][1]["data"][1::2] == [
        probability(transport, sample) for sample in (BENIGN, UNSCORED)
    ]


@pytest.mark.parametrize(
    ("size", "more"), [(71, b""), (-8, b""), (True, b""), ("72", b""), (80, b""), (72, b"x")]
)
def test_binary_data_of_another_size_are_refused(transport, name, size, more):
    sized = {"name": "scores", "shape": [1, 9], "datatype": "FP64"}
    sized["parameters"] = {"binary_data_size": size}
    tail = struct.pack("<9d", *BENIGN) + more
    answer = infer(transport, name, {"inputs": [sized]}, tail=tail)
    assert answer.status == 400
    assert "binary_data_size" in answer.json()["error"] or more


def test_only_the_outputs_asked_for_are_answered(transport, name):
    request = {"inputs": [tensor([BENIGN])], "outputs": [{"name": "predict_proba"}]}
    (output,) = infer(transport, name, request).json()["outputs"]
    assert output["name"] == "predict_proba"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ([], 400),
        ({}, 400),
        ({"inputs": []}, 400),
        ({"inputs": ["x"]}, 400),
        ({"inputs": [tensor([BENIGN]), tensor([BENIGN])]}, 400),
        ({"inputs": [tensor([BENIGN], datatype=[])]}, 400),
        ({"inputs": [tensor([BENIGN])], "id": 5}, 400),
        ({"inputs": [tensor([BENIGN], "BYTES")]}, 400),
        ({"inputs": [tensor([BENIGN], shape=[2, 9])]}, 400),
        ({"inputs": [tensor([BENIGN], shape=[9])]}, 400),
        ({"inputs": [tensor([BENIGN], shape="x")]}, 400),
        ({"inputs": [tensor([BENIGN], shape=[-1, -9])]}, 400),
        ({"inputs": [tensor([BENIGN], data=None)]}, 400),
        ({"inputs": [tensor([BENIGN], data=[[1], 2])]}, 400),
        ({"inputs": [tensor([BENIGN], parameters={"binary_data_size": 72})]}, 400),
        ({"inputs": [tensor([BENIGN], name=None)]}, 400),
        ({"inputs": [tensor([BENIGN], shape=[0, 9], data=[])]}, 400),
        ({"inputs": [tensor([BENIGN], shape=[True, 9])]}, 400),
        ({"inputs": columns(8)}, 400),
        ({"inputs": [*columns(8), columns(9)[-1] | {"name": "x"}]}, 400),
        ({"inputs": [*columns(9), columns(9)[-1] | {"name": "x"}]}, 400),
        ({"inputs": [*columns(8), columns(9, [5] * 3)[-1]]}, 400),
        ({"inputs": columns(9, [])}, 400),
        ({"inputs": [tensor([[0] * 9])]}, 422),
        ({"inputs": [tensor([BENIGN])], "outputs": [{"name": "shap"}]}, 400),
        ({"inputs": [tensor([BENIGN])], "outputs": 5}, 400),
        ({"inputs": [tensor([BENIGN])], "outputs": {}}, 400),
        ({"inputs": [tensor([BENIGN])], "outputs": ""}, 400),
    ],
)
def test_an_invalid_inference_request_is_refused_as_the_protocol_says(
    transport, name, document, status
):
    answer = infer(transport, name, document)
    assert answer.status == status
    assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("path", ["/v2/models/other", "/v2/models/other/ready"])
def test_another_model_is_not_found(transport, path):
    answer = transport.request("GET", path)
    assert (answer.status, "error" in answer.json()) == (404, True)


def test_another_version_is_not_found(transport, name):
    answer = infer(transport, name, {"inputs": [tensor([BENIGN])]}, "versions/0/infer")
    assert answer.status == 404


# The two clients below bring their own transport, so they need a port
@pytest.mark.parametrize("transport", ["http"], indirect=True)
@pytest.mark.parametrize("binary", [True, False])
def test_the_triton_client_works_unchanged(transport, name, version, binary):
    from tritonclient import http

    with http.InferenceServerClient(f"127.0.0.1:{transport.port}") as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready(name)
        assert client.is_model_ready(name, version)
        assert client.get_model_metadata(name)["platform"].endswith("compiled")
        scores = np.array([BENIGN, MALIGNANT], dtype=np.int64)
        tensor = http.InferInput("scores", scores.shape, "INT64")
        tensor.set_data_from_numpy(scores, binary_data=binary)
        result = client.infer(name, [tensor], request_compression_algorithm="gzip")
        assert result.as_numpy("predict").tolist() == ["benign", "malignant"]
        assert result.as_numpy("predict_proba")[0, 1] == probability(transport, BENIGN)
        wrong = http.InferInput("scores", (1, 9), "INT64")
        wrong.set_data_from_numpy(np.zeros((1, 9), dtype=np.int64), binary_data=binary)
        with pytest.raises(Exception, match="clump_thickness must be a whole number"):
            client.infer(name, [wrong])


@pytest.mark.parametrize("transport", ["http"], indirect=True)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_the_kserve_client_works_unchanged(transport, name):
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

    async def talk():
        client = InferenceRESTClient(RESTConfig(protocol="v2"))
        base = f"http://127.0.0.1:{transport.port}"
        assert await client.is_server_live(base)
        assert await client.is_server_ready(base)
        assert await client.is_model_ready(base, name)
        scores = InferInput("scores", [2, 9], "FP64")
        scores.set_data_from_numpy(np.array([BENIGN, MALIGNANT], dtype=float), binary_data=False)
        answer = await client.infer(base, InferRequest(name, [scores]), model_name=name)
        await client.close()
        return answer

    # In a thread of its own: a browser driven in this process leaves its event loop running
    with ThreadPoolExecutor() as thread:
        answer = thread.submit(lambda: asyncio.run(talk())).result()
    outputs = {output.name: output for output in answer.outputs}
    assert outputs["predict"].data == ["benign", "malignant"]
    assert outputs["predict_proba"].as_numpy()[0][1] == probability(transport, BENIGN)
