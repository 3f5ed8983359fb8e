#!/usr/bin/env bash
# Types `make serve` and `make test` on a fresh machine: a container with a Debian or an Ubuntu and
# nothing else, and a clone of the last commit in a path with spaces. Writes build/fresh-….log.
#
#   tests/container/fresh-machine.sh bullseye|bookworm|trixie|noble [root|ada]
#
# PYTEST_ADDOPTS chooses tests; PIP_*, UV_*, NODE_* and proxies are passed on; MOUNT=folder
# is mounted at its own path. UV_PYTHON_DOWNLOADS_JSON_URL names another place for uv's Pythons.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=${1:?a suite: bullseye, bookworm, trixie or noble} user=${2:-ada}
log=build/fresh-$suite-$user.log
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

import() { tar -C "$1" -c . | docker import - "fresh:$suite" >/dev/null; rm -rf "$1"; }

image() {
  local name=debian
  [ "$suite" != noble ] || name=ubuntu
  docker image inspect "fresh:$suite" >/dev/null 2>&1 && return
  docker pull --quiet "$name:$suite" && docker tag "$name:$suite" "fresh:$suite" && return
  echo "no registry: building fresh:$suite with debootstrap"
  if [ "$name" = debian ]; then
    debootstrap --variant=minbase "$suite" "$work/root" http://deb.debian.org/debian >/dev/null
  else # Ubuntu's keys are a package of Debian 13; Debian's debootstrap knows Ubuntu as gutsy
    "$0" trixie image
    docker run --rm --network host --volume "$work:/target" fresh:trixie sh -ec "
      apt-get update -qq && apt-get install -qq ubuntu-keyring >/dev/null 2>&1
      cp /usr/share/keyrings/ubuntu-archive-keyring.gpg /target"
    debootstrap --variant=minbase --components=main,universe --keyring="$work/ubuntu-archive-keyring.gpg" \
      "$suite" "$work/root" http://archive.ubuntu.com/ubuntu gutsy >/dev/null
  fi
  import "$work/root"
}

image
[ "$user" != image ] || exit 0
mkdir -p build
git bundle create --quiet "$work/clone.bundle" HEAD
cp tests/container/first_minutes.py /etc/ssl/certs/ca-certificates.crt "$work"
chmod -R a+rX "$work"
passed=()
for name in $(compgen -e | grep -E '^(PYTEST_ADDOPTS|(PIP|UV|NODE|npm_config)_.*|.*_proxy|.*_PROXY)$'); do
  case $name in PIP_CERT | PIP_FIND_LINKS) ;; *) passed+=(--env "$name") ;; esac
done
certificates=/first/ca-certificates.crt
docker run --rm --init --network host --volume "$work:/first:ro" ${MOUNT:+--volume "$MOUNT:$MOUNT:ro"} \
  --env PIP_CERT=$certificates --env SSL_CERT_FILE=$certificates --env NODE_EXTRA_CA_CERTS=$certificates \
  ${passed[@]+"${passed[@]}"} "fresh:$suite" bash -ec "
  . /etc/os-release; echo \"\$PRETTY_NAME, as $user\"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  echo '\$ apt-get install make git'; apt-get install -qq --no-install-recommends make git >/dev/null 2>&1
  [ $user = root ] || useradd --create-home $user
  home=\$(getent passwd $user | cut -d: -f6)
  as() { setpriv --reuid $user --regid $user --init-groups env HOME=\"\$home\" \"\$@\"; }
  cd \"\$home\"
  as git -c advice.detachedHead=false -c init.defaultBranch=main clone --quiet /first/clone.bundle 'a clone'
  cd 'a clone'
  echo '\$ make serve'; as make serve || true
  echo '\$ apt-get install python3-venv python3-pip'
  apt-get install -qq --no-install-recommends python3-venv python3-pip >/dev/null 2>&1
  as python3 /first/first_minutes.py" 2>&1 | tee "$log"
