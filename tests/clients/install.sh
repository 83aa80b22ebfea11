#!/bin/sh
# Installs the foreign programs that the tests here run: install.sh VENV
#
# What is there already stays as it is. Debian's packages take root or sudo; without either the
# tests of what is missing are skipped. No service is started.
set -eu
venv=$1
here=$(dirname "$0")
npm_packages="serialport-gsm@4.0.1"

missing=""
need() { # program, package
  PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" >/dev/null || missing="$missing $2"
}
need gammu gammu
need gammu-smsd gammu-smsd
need smsd smstools
need gnokii gnokii-cli
need mmcli modemmanager
need NetworkManager network-manager
need pkcheck polkitd
need udevadm udev
need ofonod ofono
need picocom picocom
need tio tio
need chat ppp
need wvdial wvdial
need dbus-daemon dbus
need dbus-send dbus
need faketime faketime
need ser2net ser2net
/usr/bin/python3 -c 'import dbusmock' 2>/dev/null || missing="$missing python3-dbusmock"
need node nodejs
need npm npm

root=""
[ "$(id -u)" = 0 ] || root="sudo -n"
policy=/usr/sbin/policy-rc.d
if [ -z "$missing" ]; then
  :
elif ! command -v apt-get >/dev/null || ! $root true 2>/dev/null; then
  echo "Not installed, their tests will be skipped:$missing"
else
  if [ ! -e "$policy" ]; then # keeps the daemons among them from being started (policy-rc.d(5))
    printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
    $root chmod 755 "$policy"
    trap '$root rm -f "$policy"' EXIT
  fi
  $root apt-get update --quiet
  # shellcheck disable=SC2086 -- a list of packages
  $root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes \
    --no-install-recommends $missing
fi

[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
grep -v '^#' "$here/requirements.txt" | while read -r package; do
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$package" ||
    echo "Not installed, its tests will be skipped: $package"
done
# The platform's SDK wants older releases of what others want.
sdk=$venv/emnify-sdk
[ -x "$sdk/bin/python" ] || "${PYTHON:-python3}" -m venv "$sdk"
"$sdk/bin/python" -m pip install --quiet --disable-pip-version-check "emnify-sdk==0.5.3" ||
  echo "Not installed, its test will be skipped: emnify-sdk"
# labgrid's fork of pyserial takes the place of pyserial's files; our own environment keeps those.
lab=$venv/labgrid
[ -x "$lab/bin/python" ] || "${PYTHON:-python3}" -m venv "$lab"
"$lab/bin/python" -m pip install --quiet --disable-pip-version-check \
  --editable "$here/../..[hil]" &&
  "$lab/bin/python" -m pip install --quiet --disable-pip-version-check "labgrid==26.0.1" ||
  echo "Not installed, its tests will be skipped: labgrid"
if command -v npm >/dev/null && [ ! -d "$venv/npm/node_modules/serialport-gsm" ]; then
  npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$venv/npm" \
    $npm_packages || echo "Not installed, its tests will be skipped: $npm_packages"
fi
