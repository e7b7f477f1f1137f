#!/bin/sh
# One would guess that `bwrap --unshare-net` and `unshare --net bwrap` come to the same wherever one of them works: a network namespace with nothing in it but
# loopback. bubblewrap only brings loopback up itself.
#
# So it is: inside gVisor bubblewrap makes the namespace and then gives up, because adding 127.0.0.1 to its loopback by netlink is refused ("loopback: Failed RTM_NEWADDR: No
# child processes"). A network namespace that unshare(1) made works, and needs no set-up: its loopback has its address and is up from the first moment, so that
# servers on 127.0.0.1 answer in it. On Linux both work, but there it is bubblewrap's that has loopback up and unshare's that has not.
#
# Packages: runsc 0.0~20240729 (bookworm-backports, trixie), bubblewrap 0.8.0, util-linux 2.38 and perl of Debian 12. Sources: bubblewrap's network.c (loopback_setup); gVisor's
# pkg/sentry/socket/netlink/route. Needs apt and root.
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
bwrap --version
cat >"$folder/loopback.pl" <<'EOF'
use IO::Socket::INET;
my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die "cannot listen: $!\n";
my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->sockport, Timeout => 2) or die "cannot connect: $!\n";
print "loopback answers\n";
EOF
inside() {
  timeout 60 "$runsc" --root="$folder/state" --network=none --ignore-cgroups --platform=systrap do "$@" 2>&1 | tail -n 1
}
bwrap="bwrap --ro-bind / / --dev /dev --proc /proc"
own=$(inside $bwrap --unshare-net perl "$folder/loopback.pl" || true)
given=$(inside unshare --net $bwrap perl "$folder/loopback.pl" || true)
linux_own=$($bwrap --unshare-net perl "$folder/loopback.pl" 2>&1 | tail -n 1 || true)
linux_given=$(unshare --net $bwrap perl "$folder/loopback.pl" 2>&1 | tail -n 1 || true)
echo "gVisor, bwrap --unshare-net: $own"
echo "gVisor, unshare --net bwrap: $given"
echo "Linux,  bwrap --unshare-net: $linux_own"
echo "Linux,  unshare --net bwrap: $linux_given"
case $own in *'Failed RTM_NEWADDR'*) ;; *) echo 'This has changed.' >&2; exit 1 ;; esac
[ "$given" = 'loopback answers' ] && [ "$linux_own" = 'loopback answers' ] && [ "$linux_given" != 'loopback answers' ] || { echo 'This has changed.' >&2; exit 1; }
