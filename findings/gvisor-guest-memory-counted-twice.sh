#!/bin/sh
# One would guess that the proportional set sizes of all processes of a gVisor sandbox add up to what it costs: Linux divides each page among those
# that map it, so nothing is counted twice.
#
# So it is: the systrap platform runs each program of the guest in several processes of the host that share one address space (clone(2) with CLONE_VM, but
# without CLONE_THREAD), one for each processor that it keeps busy and one that makes them. The kernel counts an address space once, and /proc shows the whole of it
# under each of them: a guest that holds 200 MiB is 400 by the sum, and three times as much with a program of several threads. Count each address space once
# (kcmp(2) with KCMP_VM says which are the same), or the allocated blocks of the sentry's memory file.
#
# Package: runsc 0.0~20240729 of Debian (bookworm-backports, trixie). Sources: gVisor's pkg/sentry/platform/systrap (subprocess.go, sysmsg_thread.go); the kernel's
# fs/proc/task_mmu.c. Needs apt, perl and root, or a kernel that lets users look at their own sandboxes.
set -eu
folder=$(mktemp -d)
trap 'kill "$sandbox" 2>/dev/null || true; rm -rf "$folder"' EXIT
sandbox=
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
cat >"$folder/hold.pl" <<'EOF'
$| = 1;
my $held = 'a' x (200 * 1048576);
print "holds\n";
sleep 60;
EOF
cat >"$folder/count.pl" <<'EOF'
# Counts the guest's processes below the process ARGV[0], whose comm is `exe`: all, and each address space once.
use strict;
my (%parent, %pss);
for my $folder (glob '/proc/[0-9]*') {
  my ($pid) = $folder =~ m{(\d+)$};
  open my $stat, '<', "$folder/stat" or next;
  my $line = <$stat> // next;
  $parent{$pid} = $1 if $line =~ /.*\) \S (\d+)/;
  open my $rollup, '<', "$folder/smaps_rollup" or next;
  for (<$rollup>) { $pss{$pid} = $1 / 1024 if /^Pss:\s+(\d+)/ }
}
my (@spaces, $all, $once);
for my $pid (sort { $a <=> $b } keys %pss) {
  my $above = $pid;
  $above = $parent{$above} while defined $above && $above != $ARGV[0];
  next if !defined $above || $pss{$pid} < 100;
  $all += $pss{$pid};
  next if grep { syscall(312, $_, $pid, 1, 0, 0) == 0 } @spaces;
  push @spaces, $pid;
  $once += $pss{$pid};
}
printf "%d %d\n", $all, $once;
EOF
"$runsc" --root="$folder/state" --network=none --ignore-cgroups --platform=systrap do perl "$folder/hold.pl" >"$folder/says" 2>&1 &
sandbox=$!
for _ in $(seq 100); do grep -q holds "$folder/says" && break; sleep 0.2; done
grep -q holds "$folder/says" || { cat "$folder/says" >&2; exit 1; }
set -- $(perl "$folder/count.pl" "$sandbox")
echo "A guest that holds 200 MiB: $1 MiB by the sum of its processes, $2 MiB with each address space counted once"
[ "$1" -ge 390 ] && [ "$2" -ge 190 ] && [ "$2" -lt 260 ] || { echo 'This has changed.' >&2; exit 1; }
