#!/bin/sh
# One would guess that a program which sends datagrams without connecting can learn that nobody is there: on Linux it asks for it (IP_RECVERR), and its next call fails
# with ECONNREFUSED.
#
# So it is: inside gVisor the option is taken without an error and nothing ever comes of it, while a socket that has connected is told ECONNREFUSED as on Linux. Whoever wants
# such datagrams to be seen has to hear them himself: a raw socket (--net-raw) hears each, also those to ports that nobody has.
#
# Packages: runsc 0.0~20240729 (bookworm-backports, trixie), python3 of Debian 12. Sources: gVisor's pkg/tcpip/transport/udp/endpoint.go (HandleError). Needs apt and root.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
runsc=$(command -v runsc || true)
if [ -z "$runsc" ]; then
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"
  for suite in bookworm-backports trixie; do
    echo "deb [signed-by=$keys] $(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1) $suite main"
  done >"$folder/apt/sources"
  options="-o Dir::Etc::SourceList=$folder/apt/sources -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$folder/apt/lists -o Dir::Cache=$folder/apt/cache -o APT::Sandbox::User=root"
  apt-get $options update -qq
  (cd "$folder" && apt-get $options download -qq runsc)
  dpkg-deb -x "$folder"/runsc_*.deb "$folder/unpacked"
  runsc=$folder/unpacked/usr/bin/runsc
fi
"$runsc" --version | head -n 1
cat >"$folder/datagrams.py" <<'EOF'
import errno, socket, time
def told(connects):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.settimeout(1)
    out.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
    try:
        if connects: out.connect(('127.0.0.1', 9))
        for _ in range(2):
            out.send(b'x') if connects else out.sendto(b'x', ('127.0.0.1', 9))
            time.sleep(0.05)
        out.recv(1)
    except TimeoutError: return 'nothing'
    except OSError as error: return errno.errorcode[error.errno]
print('connected:', told(True), 'unconnected:', told(False))
EOF
inside=$(timeout 60 "$runsc" --root="$folder/state" --network=none --ignore-cgroups --platform=systrap do python3 "$folder/datagrams.py" 2>&1 | tail -n 1)
linux=$(python3 "$folder/datagrams.py")
echo "gVisor, $inside"
echo "Linux,  $linux"
[ "$inside" = 'connected: ECONNREFUSED unconnected: nothing' ] && [ "$linux" = 'connected: ECONNREFUSED unconnected: ECONNREFUSED' ] || { echo 'This has changed.' >&2; exit 1; }
