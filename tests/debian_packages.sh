#!/bin/sh
# Services that the live tests use. Without root, or not on Debian, those tests skip and say why.
set -eu
missing=""
for package in openssh-server nftables busybox; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "not installed (needs root on Debian):$missing - the live tests that use them will skip"
    exit 0
fi
echo "installing Debian packages for the live tests:$missing"
export DEBIAN_FRONTEND=noninteractive
# Services must not start by themselves: the tests start their own.
if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf "#!/bin/sh\nexit 101\n" > /usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap "rm -f /usr/sbin/policy-rc.d" EXIT
fi
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null; } ||
    echo "could not install:$missing - the live tests that use them will skip"
