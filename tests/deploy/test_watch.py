"""Status and logs say what a person needs to know, in lines."""

from botocore.stub import ANY

from deploy.watch import logs, status

GROUP = {"applicationName": "application", "deploymentGroupName": "group"}


def prepare(stack, weights=None, alarms=(), deployments=("d-1",)):
    routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
    stack.stub("lambda").add_response(
        "get_alias",
        {"FunctionVersion": "7", **routing},
        {"FunctionName": "predict", "Name": "live"},
    )
    stack.stub("lambda").add_response(
        "get_function_configuration",
        {
            "MemorySize": 256,
            "Architectures": ["arm64"],
            "Environment": {"Variables": {"MODEL_ENGINE": "sklearn", "ALLOWED_ORIGINS": ""}},
        },
        {"FunctionName": "predict", "Qualifier": "live"},
    )
    codedeploy = stack.stub("codedeploy")
    codedeploy.add_response("list_deployments", {"deployments": list(deployments)}, GROUP)
    if deployments:
        codedeploy.add_response(
            "get_deployment",
            {
                "deploymentInfo": {
                    "deploymentId": "d-1",
                    "status": "Stopped",
                    "errorInformation": {"message": "alarm"},
                }
            },
            {"deploymentId": "d-1"},
        )
    stack.stub("cloudwatch").add_response(
        "describe_alarms",
        {"MetricAlarms": [{"AlarmName": name} for name in alarms]},
        {"StateValue": "ALARM", "ActionPrefix": ANY},
    )


def test_status_names_version_roll_out_alarms_and_addresses(stack):
    prepare(stack, alarms=["LatencyAlarm"])

    lines = "\n".join(status(stack.account))

    assert "CREATE_COMPLETE" in lines
    assert "traffic   version 7" in lines
    assert "Memory=256 Architecture=arm64 Engine=sklearn AllowedOrigins=empty" in lines
    assert "d-1 Stopped: alarm" in lines
    assert "alarms    LatencyAlarm" in lines
    assert "https://site.example.org" in lines


def test_status_shows_a_roll_out_under_way(stack):
    prepare(stack, weights={"8": 0.1})

    assert "traffic   version 7, 10% to version 8" in status(stack.account)


def test_status_of_a_first_version_has_no_roll_out(stack):
    prepare(stack, deployments=())

    assert any("none yet" in line for line in status(stack.account))


def test_logs_of_all_groups_come_in_order(stack):
    for group, stamp, message in (
        ("stack-PredictLogs-1", 2_000, "second\n"),
        ("stack-ApiLogs-2", 1_000, "first"),
    ):
        stack.stub("logs").add_response(
            "filter_log_events",
            {"events": [{"timestamp": stamp, "eventId": message, "message": message}]},
            {"logGroupName": group, "startTime": ANY},
        )

    assert list(logs(stack.account, since_s=600)) == [
        "stack-ApiLogs  first",
        "stack-PredictLogs  second",
    ]
