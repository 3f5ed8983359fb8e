#!/usr/bin/env bash
# Provides the base image of functions/predict/Dockerfile: pulls AWS's own, and where that cannot be
# had builds a stand-in with the same contract (paths, entry point, runtime client, emulator) under
# the same name. Does nothing where the name exists already, for the same processor.
#
# The stand-in is for tests and for ratios on one machine, never for a deployment: Debian 12 with
# glibc 2.36 where AWS has Amazon Linux 2023 with 2.34. It has the commands of AWS's image or fewer.
#
#   BASE=public.ecr.aws/lambda/python@sha256:…   pull this image, by digest, under the usual name
#   PARAMETERS="Architecture=arm64"              as make build has them
#   TAG=… VERSION=… PYTHON=…                     another name, another Python
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
VERSION=${VERSION:-3.13}
TAG=${TAG:-public.ecr.aws/lambda/python:$VERSION}
BASE=${BASE:-$TAG}
# Changes with what the stand-in is made of; one of an earlier kind is built anew
KIND=bare
venv=$root/.venv/bin/python

fail() { echo "base image: $*" >&2; exit 1; }
inspect() { docker image inspect --format "$1" "$TAG" 2>/dev/null || true; }

command -v docker >/dev/null || fail "docker is not installed"
docker info >/dev/null 2>&1 || fail "the Docker engine is not running"
case " ${PARAMETERS:-} " in
  *" Architecture=arm64 "*) architecture=arm64 ;;
  *) architecture=amd64 ;; # template.yaml's default
esac
kind=$(inspect '{{index .Config.Labels "stand-in-for-aws-lambda-python"}}')
if [ "$BASE" = "$TAG" ] && [ "$(inspect '{{.Architecture}}')" = "$architecture" ]; then
  case "$kind" in "" | "<no value>" | "$KIND") exit 0 ;; esac
fi

# Docker itself shows the progress, and ends where there is no way out; a slow line may take minutes
echo "base image: pulling $BASE for $architecture" >&2
if docker pull --platform "linux/$architecture" "$BASE" >&2; then
  [ "$BASE" = "$TAG" ] || docker tag "$BASE" "$TAG"
  exit 0
fi

advice="$BASE cannot be pulled (above is why). Behind a proxy, set it in Docker's own settings; or
  load the image from another machine: docker save $TAG | gzip > base.tar.gz there,
  docker load < base.tar.gz here. Only for tests, a stand-in is built on Linux as root"
[ "$BASE" = "$TAG" ] || fail "$advice, and never for a digest"
[ "$(uname -s)" = Linux ] || fail "$advice; this is $(uname -s)"
[ "$(id -u)" = 0 ] || fail "$advice; this is user $(id -un)"
[ "$architecture" = "$(docker version --format '{{.Server.Arch}}')" ] ||
  fail "$advice, and for this machine's own processor alone"
command -v debootstrap >/dev/null || fail "$advice; apt-get install debootstrap"
[ -x "$venv" ] || fail "$advice; .venv is missing: run make once"
echo "base image: building the stand-in, for tests only" >&2
# The environment's own interpreter is one of this machine: tools/bootstrap.py chose it
python=${PYTHON:-$("$venv" -c 'import os, sys; print(os.path.join(sys.base_prefix, "bin", "python3"))')}
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || fail "$python does not run"
[ "$found" = "$VERSION" ] || fail "$python is Python $found, the image needs $VERSION; set PYTHON="

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 1. a minimal root file system (manylinux_2_28 wheels run on it as on Amazon Linux 2023)
debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" >"$work/log" 2>&1 ||
  { tail -n 20 "$work/log" >&2; fail "debootstrap failed"; }
# Amazon Linux 2023 minimal has a shell, coreutils, sed, grep and awk; no find, xargs, tar, ps, which
keep=" bash dash sh sed grep egrep fgrep awk mawk getent ldd ldconfig "
keep+="$(sed -n 's|^/.*bin/||p' "$work/root/var/lib/dpkg/info/coreutils.list" | tr '\n' ' ')"
for file in "$work/root/usr/bin/"* "$work/root/usr/sbin/"*; do
  case "$keep" in *" ${file##*/} "*) ;; *) rm -f "$file" ;; esac
done
rm -rf "$work/root/var/cache/apt" "$work/root/var/lib/apt/lists" "$work/root/usr/share/"{doc,man,locale}
tar -C "$work/root" -cf "$work/root.tar" .
rm -rf "$work/root"

# 2. the interpreter, where AWS has it
prefix=$("$python" -c 'import sys; print(sys.base_prefix)')
mkdir "$work/lang"
cp -a "$prefix/." "$work/lang/"
rm -rf "$work/lang/lib/python$VERSION/test" "$work/lang/bin/pip"*
for pip in pip pip3 "pip$VERSION"; do
  printf '#!/var/lang/bin/python%s\nfrom pip._internal.cli.main import main\nraise SystemExit(main())\n' \
    "$VERSION" >"$work/lang/bin/$pip"
  chmod +x "$work/lang/bin/$pip"
done

# 3. the runtime client and the emulator, both from the pinned environment, and AWS's two scripts
"$venv" - "$work" <<'PY'
import importlib.metadata, pathlib, platform, shutil, sys, samcli
work = pathlib.Path(sys.argv[1])
for package in ("awslambdaric", "simplejson", "snapshot-restore-py"):
    for file in importlib.metadata.files(package):
        if file.parts[0] != ".." and "__pycache__" not in file.parts:
            target = work / "runtime" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), target)
arch = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
rapid = pathlib.Path(samcli.__file__).parent / "local" / "rapid"
shutil.copy(rapid / f"aws-lambda-rie-{arch}", work / "aws-lambda-rie")
PY
"$python" -m compileall -q --invalidation-mode unchecked-hash "$work/runtime"
cat >"$work/lambda-entrypoint.sh" <<'SH'
#!/bin/sh
[ $# -eq 1 ] || { echo "entrypoint requires the handler name to be the first argument" >&2; exit 142; }
export _HANDLER="$1"
[ -n "${AWS_LAMBDA_RUNTIME_API:-}" ] && exec /var/runtime/bootstrap
exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
SH
cat >"$work/bootstrap" <<SH
#!/bin/sh
export PYTHONPATH="/opt/python/lib/python$VERSION/site-packages:/opt/python:\$LAMBDA_RUNTIME_DIR\${PYTHONPATH:+:\$PYTHONPATH}"
exec /var/lang/bin/python$VERSION -m awslambdaric "\$_HANDLER"
SH
chmod +x "$work/aws-lambda-rie" "$work/lambda-entrypoint.sh" "$work/bootstrap"
cp /etc/ssl/certs/ca-certificates.crt "$work/"

cat >"$work/Dockerfile" <<'DOCKER'
FROM scratch
ADD root.tar /
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY lang /var/lang
ENV LANG=en_US.UTF-8 TZ=:/etc/localtime \
    PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin \
    LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib \
    LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime
LABEL stand-in-for-aws-lambda-python=KIND
RUN mkdir -p /var/task /var/runtime /opt
COPY runtime /var/runtime
COPY bootstrap /var/runtime/bootstrap
COPY aws-lambda-rie /usr/local/bin/aws-lambda-rie
COPY lambda-entrypoint.sh /lambda-entrypoint.sh
WORKDIR /var/task
ENTRYPOINT ["/lambda-entrypoint.sh"]
DOCKER
sed -i "s/=KIND$/=$KIND/" "$work/Dockerfile"
docker build --quiet --tag "$TAG" "$work" >/dev/null
echo "base image: built the stand-in as $TAG"
