import { connectionsScript } from './connections-script.ts';
import { containersScript } from './containers-script.ts';
import { movingScript } from './moving-script.ts';
import { storageScript } from './storage-script.ts';
import { networkScript } from './network/network-script.ts';

/**
 * The relay, in Perl: of what every Debian has, the smallest that can make any system call. One for each instance, beside the
 * agent; it never connects to anything. It accepts what containers' kernels lead to it, and passes bytes on to the service over
 * a channel of its own, in the frames of `src/protocol/relay.ts`. Whose connection it is, it knows by the namespace in which it
 * listens; what was to be reached, the kernel tells (SO_ORIGINAL_DST).
 *
 * From the agent, a line in, a line out: `container N PID` → `ok` or `failed REASON`; `storage PID MB`, `gone N` → `ok`.
 * Arguments: `gvisor` or `linux`; `own` or `user`: whether containers have user namespaces of their own.
 */
export const relayScript: string = String.raw`
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 AF_INET6 TCP_NODELAY IPPROTO_TCP);
use Errno qw(EAGAIN EINTR);
my ($kernel, $users) = @ARGV;
my ($SYS_sendmsg, $SYS_recvmsg, $SYS_exit_group, $NS_GET_USERNS) = (46, 47, 231, 0xb701);
my ($SYS_setns, $SYS_unshare, $SYS_epoll_create1, $SYS_epoll_ctl, $SYS_epoll_wait) = (308, 272, 291, 233, 232);
my ($SYS_clock_gettime, $SYS_getsockname) = (228, 51);
my ($SYS_read, $SYS_write, $SYS_close, $SYS_shutdown, $SYS_setsockopt, $SYS_getsockopt, $SYS_accept4) = (0, 1, 3, 48, 54, 55, 288);
my ($CLONE_NEWNET, $CLONE_NEWUSER, $CLONE_NEWNS) = (0x40000000, 0x10000000, 0x20000);
my ($F_GETFL, $F_SETFL, $O_NONBLOCK) = (3, 4, 2048);
my ($EPOLLIN, $EPOLLOUT, $CONTROL, $CHANNEL) = (1, 4, 0, 3);
my ($OPEN, $DATA, $END, $RESET, $CREDIT, $QUERY, $ANSWER, $ADMIT, $ADMITTED, $REFUSED, $LIMITED, $LISTEN, $LOST,
  $PART, $JOIN, $SYNC, $SYNCED) = (1 .. 17);
my $everyone = 0xffffffff;
my ($piece_max, $window, $credit_min, $queries_max) = (65536, 65536, 16384, 1024);
# What one container may ask of the service's one thread: so many at once, and so many a second; others wait in its kernel.
my ($opens, $asks, $tells) = ([2048, 500], [1024, 1000], [64, 50]);
# What is taken from one socket before others have their turn, and how long those wait that have had too much, ms.
my ($turn, $held_ms) = (64, 30);
# Names of one container that are listened for, where they have to be.
my $names_max = 64;
# What may lie here of one connection, and of all beyond their first windows.
my ($window_max, $widened_max, $widened) = (524288, 16777216, 0);
my ($answers_max, $answer_seconds) = (64, 5);
my ($on_option, $abort_option) = (pack('i', 1), pack('i i', 1, 0));
# What was read last.
my $piece = "\0" x $piece_max;
$| = 1;
$SIG{PIPE} = 'IGNORE';
${networkScript}
# Whatever goes wrong below must not go wrong in the network of this machine.
syscall($SYS_unshare, $CLONE_NEWNET) == 0 or $users eq 'own' or die "the relay's own network: $!\n";
open(my $own, '<', '/proc/self/ns/net') or die "own namespace: $!\n";
open(my $channel, '+<&=', $CHANNEL) or die "channel: $!\n";
binmode($_) for $channel, \*STDIN, \*STDOUT;
unblock($_) for $channel, \*STDIN;
my $epoll = syscall($SYS_epoll_create1, 0x80000);
$epoll >= 0 or die "epoll: $!\n";
# What a file descriptor is for: a function of what has happened to it.
my (%on, %interest, %generation);
my (%streams, %containers, %queries, %held);
my ($next_id, $next_query, $unread, $lines, $told) = (0, 0, '', '', 0);

sub unblock { my ($file) = @_; fcntl($file, $F_SETFL, fcntl($file, $F_GETFL, 0) | $O_NONBLOCK) }

sub watch {
  my ($fd, $events) = @_;
  my $before = $interest{$fd};
  return if defined $before && $before == $events;
  syscall($SYS_epoll_ctl, $epoll, defined $before ? 3 : 1, $fd, pack('L q', $events, $fd | ($generation{$fd} // 0) << 24)) == 0 or die "epoll_ctl: $!\n";
  $interest{$fd} = $events;
}

sub forget {
  my ($fd) = @_;
  syscall($SYS_epoll_ctl, $epoll, 2, $fd, pack('L q', 0, $fd)) if defined delete $interest{$fd};
  delete $on{$fd};
  delete $held{$fd};
  # News of it may have been fetched already, and somebody else may get its number.
  $generation{$fd} = (($generation{$fd} // 0) + 1) & 0xffffff;
}

# It is as if nothing had happened to it, not even its end, until it is watched again.
sub unwatch {
  my ($fd) = @_;
  syscall($SYS_epoll_ctl, $epoll, 2, $fd, pack('L q', 0, $fd)) if defined delete $interest{$fd};
}

sub now {
  my $at = "\0" x 16;
  syscall($SYS_clock_gettime, 1, $at);
  my ($seconds, $nanoseconds) = unpack('q q', $at);
  return $seconds + $nanoseconds / 1e9;
}

sub bucket { my ($limits) = @_; return { most => $limits->[0], rate => $limits->[1], left => $limits->[0], at => now() } }

# Whether there may be one more now; whoever goes on takes it.
sub may {
  my ($bucket) = @_;
  if ($bucket->{left} < 1) {
    my $now = now();
    my $left = $bucket->{left} + ($now - $bucket->{at}) * $bucket->{rate};
    @$bucket{qw(left at)} = ($left < $bucket->{most} ? $left : $bucket->{most}, $now);
    return 0 if $bucket->{left} < 1;
  }
  return 1;
}

# Looks away from a socket for a moment.
sub hold { my ($fd) = @_; watch($fd, 0); $held{$fd} = now() + $held_ms / 1000 }

sub release {
  my $now = now();
  for (grep { $held{$_} <= $now } keys %held) { delete $held{$_}; watch($_, $EPOLLIN) if defined $interest{$_} }
}

# The service reads at any time, so waiting for it is safe.
sub transmit {
  my ($bytes) = @_;
  my $at = 0;
  while ($at < length($bytes)) {
    my $sent = syswrite($channel, $bytes, length($bytes) - $at, $at);
    if (defined $sent) { $at += $sent; next }
    next if $!{EINTR};
    exit 0 if !$!{EAGAIN};
    vec(my $ready = '', $CHANNEL, 1) = 1;
    select(undef, $ready, undef, undef);
  }
}

sub frame { my ($type, $id, $payload) = @_; transmit(pack('L C L a*', 5 + length($payload), $type, $id, $payload)) }

${connectionsScript}
# --- What the service says.

sub heard {
  my $count = sysread($channel, $unread, 262144, length($unread));
  if (!defined $count) { return if $!{EAGAIN} || $!{EINTR}; exit 0 }
  exit 0 if $count == 0;
  my $at = 0;
  while (length($unread) - $at >= 9) {
    my ($length, $type, $id) = unpack('L C L', substr($unread, $at, 9));
    last if length($unread) - $at < 4 + $length;
    obey($type, $id, substr($unread, $at + 9, $length - 5));
    $at += 4 + $length;
  }
  substr($unread, 0, $at) = '';
}

sub obey {
  my ($type, $id, $payload) = @_;
  if ($type == $ANSWER) {
    my $query = delete $queries{$id} or return;
    my $container = $containers{$query->{container}} or return;
    $container->{asking}--;
    return if $payload eq '';
    remember($container, $query->{query}, $payload);
    send($container->{sockets}{udp}, $payload, 0, $query->{from});
    return;
  }
  return admit($id, ord($payload)) if $type == $ADMIT;
  return listen_for($id, unpack('a4 S*', $payload)) if $type == $LISTEN;
  return part($id) if $type == $PART;
  return join_again($id) if $type == $JOIN;
  return frame($SYNCED, $id, '') if $type == $SYNC;
  my $stream = $streams{$id} or return;
  if ($type == $DATA) { push @{$stream->{queue}}, $payload; flush_queue($stream) or return if @{$stream->{queue}} == 1 }
  elsif ($type == $CREDIT) { $stream->{credit} += unpack('L', $payload) }
  elsif ($type == $END) { $stream->{out} = 0; flush_queue($stream) or return }
  elsif ($type == $RESET) { return drop($stream, 1) }
  mind($stream);
}

${containersScript}
${movingScript}
${storageScript}
sub ordered {
  my $count = sysread(STDIN, $lines, 4096, length($lines));
  if (!defined $count) { return if $!{EAGAIN} || $!{EINTR}; exit 0 }
  exit 0 if $count == 0;
  while ($lines =~ s/^([^\n]*)\n//) {
    my ($verb, @words) = split(' ', $1);
    my $done = eval {
      if ($verb eq 'container') { add_container(@words) }
      elsif ($verb eq 'storage') { give_storage(@words) }
      elsif ($verb eq 'gone') { remove_container(@words) }
      else { die "unknown verb\n" }
      1;
    };
    my $reason = $@;
    $reason =~ s/\s+/ /g;
    syswrite(STDOUT, $done ? "ok\n" : "failed $reason\n");
  }
}

$on{$CHANNEL} = \&heard;
$on{$CONTROL} = \&ordered;
watch($_, $EPOLLIN) for $CHANNEL, $CONTROL;
my $events = "\0" x (12 * 64);
for (;;) {
  my $count = syscall($SYS_epoll_wait, $epoll, $events, 64, %held ? $held_ms : -1);
  release() if %held;
  next if $count < 0 && $!{EINTR};
  $count >= 0 or die "epoll_wait: $!\n";
  for my $n (0 .. $count - 1) {
    my ($what, $mark) = unpack('L q', substr($events, 12 * $n, 12));
    my $fd = $mark & 0xffffff;
    my $do = $mark >> 24 == ($generation{$fd} // 0) ? $on{$fd} : undef;
    $do->($what) if defined $do;
  }
}
`;
