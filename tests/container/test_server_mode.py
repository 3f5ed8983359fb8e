"""The image as a plain HTTP server: it scales to its processors, and refuses a damaged model."""

import pytest

from tests.support.containers import docker, started
from tests.support.transports import wait_until


@pytest.mark.parametrize("workers", [1, 2])
def test_every_processor_gets_a_worker_and_a_process_for_its_large_requests(workers, image):
    with started(image, "--cpus", str(workers), command=("serve",)) as server:

        def all_run():
            listing = docker("top", server.name, "-o", "pid,args")
            servers = listing.count("python -m server")
            return (servers, listing.count("--multiprocessing-fork")) == (1 + workers, workers)

        # The first worker answers before the last one has started
        wait_until(all_run, f"{workers} workers, each with a process for large requests")


def test_a_damaged_artifact_stops_the_server_with_its_name(image, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    tmp_path.chmod(0o755)
    mount = ("--volume", f"{tmp_path}:/opt/ml/model:ro")
    with started(image, *mount, command=("serve",), published=False) as server:
        assert docker("wait", server.name).strip() == "1"
        assert "the model cannot be served: sha256 of manifest.json" in server.logs()
