"""Runs inside the container beside a hook: plays CodeDeploy, Lambda and CloudWatch Logs.

An invoked function is the real one, in this process. Verdicts go to a file. The log holds one line
of the census: a hundred samples whose last score is always the highest.
"""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def census_line():
    model = json.loads(Path("/opt/ml/model/manifest.json").read_text())["version"]
    return {"model": model, "histogram": "mitoses", "counts": [0] * 10 + [100]}


class Aws(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if "invocations" in self.path:
            from predict.app import handler

            answer = json.dumps(handler(json.loads(body), None))
        elif self.headers.get("x-amz-target", "").endswith(".StartQuery"):
            answer = '{"queryId": "q"}'
        elif self.headers.get("x-amz-target", "").endswith(".GetQueryResults"):
            field = {"field": "@message", "value": json.dumps(census_line())}
            answer = json.dumps({"status": "Complete", "results": [[field]]})
        else:
            Path("/tmp/verdict.json").write_bytes(body)
            answer = "{}"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


HTTPServer(("127.0.0.1", 9000), Aws).serve_forever()
