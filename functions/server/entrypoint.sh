#!/bin/sh
# One image, two ways to run it: `serve` is an HTTP server on port 8080, as SageMaker, ECS or any
# other container host starts it; anything else is the name of a Lambda handler.
if [ "$1" = serve ]; then
  shift
  export PYTHONPATH=/opt/server:/opt/python
  exec python -m server --host 0.0.0.0 --port 8080 --workers 0 "$@"
fi
exec /lambda-entrypoint.sh "$@"
