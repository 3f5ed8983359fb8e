"""What the entry points share: settings, telemetry, engines, strict JSON, the AWS client."""
