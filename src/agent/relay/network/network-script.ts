import { netlinkScript } from './netlink-script.ts';
import { nftablesScript } from './nftables-script.ts';

/**
 * The part of the relay that prepares a container's network namespace, in Perl: every TCP connection that leaves loopback, and
 * every one to a name's address (127.64.0.0/10), is led by that kernel itself to one listener of the relay; UDP goes nowhere but to
 * the relay's answerer of DNS. There is no device but `lo`, and nothing of this reaches beyond the namespace.
 *
 * gVisor knows iptables of old (`IPT_SO_SET_REPLACE`, linux/netfilter_ipv4/ip_tables.h), Linux both that and nf_tables
 * (linux/netfilter/nf_tables.h): of the two, the one that every distribution has loaded on demand is nf_tables.
 */
export const networkScript: string = String.raw`
my ($relay_port, $shut_port, $relay_table, $log_group) = (64053, 64054, 64, 7);
my ($names, $names_mask) = (pack('C4', 127, 64, 0, 0), pack('C4', 255, 192, 0, 0));
my ($loopback, $loopback_mask) = (pack('C4', 127, 0, 0, 0), pack('C4', 255, 0, 0, 0));
my $own_address = pack('C4', 127, 64, 0, 1);
my $everywhere = pack('C4', 1, 1, 1, 1);
# What is not everybody's (src/egress/policy/addresses.ts), as far as a kernel need know to refuse it by itself.
my @not_public = ([0, 8], [10, 8], [100, 64, 10], [169, 254, 16], [172, 16, 12], [192, 0, 0, 24], [192, 0, 2, 24], [192, 168, 16],
  [198, 18, 15], [198, 51, 100, 24], [203, 0, 113, 24], [224, 3]);

${netlinkScript}
sub add_address {
  my ($address, $bits) = @_;
  netlink(0, 'an address for lo', [20, 0x605, pack('C C C C L', AF_INET, $bits, 0, 0, 1) . attribute(2, $address) . attribute(1, $address)]);
}

# Connections everywhere are local, by a table of their own that only TCP looks at: UDP finds no route, and is told so at once.
sub route_everything {
  my ($family) = @_;
  # Addresses of IPv4 that are local by another table than the kernel's own may not be a source.
  my $source = $family == AF_INET ? attribute(7, $own_address) : '';
  netlink(0, 'a route', [24, 0x605, pack('C C C C C C C C L', $family, 0, 0, 0, $relay_table, 4, 254, 2, 0) . attribute(4, pack('L', 1)) . $source]);
  netlink(0, 'a rule', [32, 0x605, pack('C C C C C C C C L', $family, 0, 0, 0, $relay_table, 0, 0, 1, 0) . attribute(22, pack('C', 6)) . attribute(6, pack('L', 32000))]);
}

${nftablesScript}
# --- iptables of old.

sub entry {
  my ($match, $target) = @_;
  my ($address, $mask, $protocol, $inverse) = @$match ? @$match : ("\0" x 4, "\0" x 4, 0, 0);
  return pack('x4 a4 x4 a4 x64 S C C x4 S S x4 x16', $address, $mask, $protocol, 0, $inverse, 112, 112 + length($target)) . $target;
}

sub verdict { my ($verdict) = @_; return pack('S a29 C l x4', 40, '', 0, $verdict) }
sub redirect_target { return pack('S a29 C L L x8 n n x4', 56, 'REDIRECT', 0, 1, 2, $relay_port, $relay_port) }
my ($accept, $inverted_destination) = (-2, 0x10);

# The hooks that a table has, in order; those of 'output' come before its policy.
sub replace_table {
  my ($name, $hooks, $kind, $protocol, @output) = @_;
  my ($blob, $count, $valid) = ('', 0, 0);
  my @starts = my @policies = (0) x 5;
  for my $hook (@$hooks) {
    $valid |= 1 << $hook;
    $starts[$hook] = length($blob);
    for ($hook == 3 ? @output : ()) { $blob .= $_; $count++ }
    $policies[$hook] = length($blob);
    $blob .= entry([], verdict($accept));
    $count++;
  }
  $blob .= entry([], pack('S a29 C a32', 64, 'ERROR', 0, 'ERROR'));
  my $before = 1 + @$hooks;
  my $counters = "\0" x (16 * $before);
  my $request = pack('a32 L L L L5 L5 L P', $name, $valid, $count + 1, length($blob), @starts, @policies, $before, $counters) . $blob;
  socket(my $socket, AF_INET, $kind, $protocol) or die "a redirect by iptables: socket: $!\n";
  setsockopt($socket, 0, 64, $request) or die "a redirect by iptables: $!\n";
}

sub redirect_by_iptables {
  my ($kind, $protocol) = @_;
  replace_table('nat', [0, 1, 3, 4], $kind, $protocol,
    entry([$names, $names_mask, 6, 0], redirect_target()),
    entry([$loopback, $loopback_mask, 6, $inverted_destination], redirect_target()));
}

# --- A namespace that the relay is in.

sub listener {
  my ($family, $address, $shut) = @_;
  socket(my $socket, $family, SOCK_STREAM, 0) or die "a listener: $!\n";
  setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
  bind($socket, $address) or die "a listener: $!\n";
  $shut or listen($socket, 1024) or die "a listener: $!\n";
  return $socket;
}

# bubblewrap tells of a container before it has given its loopback an address and brought it up, in this order.
sub await_loopback {
  socket(my $news, 16, SOCK_RAW, 0) or die "news of the loopback: $!\n";
  bind($news, pack('S S L L', 16, 0, 0, 0x11)) or die "news of the loopback: $!\n";
  socket(my $any, AF_INET, SOCK_DGRAM, 0) or die "flags of the loopback: $!\n";
  for (1 .. 100) {
    my $flags = pack('a16 x24', 'lo');
    ioctl($any, 0x8913, $flags) or die "flags of the loopback: $!\n";
    return if unpack('x16 S', $flags) & 1;
    vec(my $ready = '', fileno($news), 1) = 1;
    select($ready, undef, undef, 10) > 0 or last;
    recv($news, my $message, 65536, 64);
  }
  die "the loopback did not come up within 10 s\n";
}

# Has the kernel lead to the relay what leaves loopback, and names. Gives what listens there; dies, with nothing done, where it cannot.
sub lead_everything {
  my ($kernel) = @_;
  my %led = (v4 => listener(AF_INET, pack_sockaddr_in($relay_port, INADDR_LOOPBACK)));
  if ($kernel eq 'gvisor') {
    redirect_by_iptables(SOCK_RAW, 6);
    # It hears every datagram. Those to addresses that are the container's own only in order to be led elsewhere nobody else hears.
    socket(my $datagrams, AF_INET, SOCK_RAW, 17) or die "datagrams: $!\n";
    return (%led, lost => $datagrams);
  }
  my $log = eval { refusals_of() };
  return (%led, lead_by_nftables($log)) if eval { lead_names($log); 1 };
  my $trouble = $@;
  # Of old; it cannot tell of what it refuses, so it refuses nothing.
  eval { redirect_by_iptables(SOCK_DGRAM, 0); 1 } or die "$trouble, $@";
  return %led;
}

sub lead_names {
  my ($log) = @_;
  return if defined $log && eval { redirect_v4(noted()); 1 };
  undef $_[0];
  redirect_v4();
}

# What nf_tables can beside: refuse and tell, and IPv6.
sub lead_by_nftables {
  my ($log) = @_;
  my %led = (shut4 => listener(AF_INET, pack_sockaddr_in($shut_port, INADDR_LOOPBACK), 1));
  $led{log} = $log if defined $log;
  eval {
    my $address = inet_pton(AF_INET6, '::1');
    my @both = (listener(AF_INET6, pack_sockaddr_in6($relay_port, $address)), listener(AF_INET6, pack_sockaddr_in6($shut_port, $address), 1));
    redirect_v6(defined $log ? noted() : ());
    route_everything(AF_INET6);
    @led{qw(v6 shut6)} = @both;
  };
  return %led;
}

# Every address is the container's own, so that it can be led elsewhere.
sub own_everything {
  my ($kernel) = @_;
  # This kernel has no rules for routes.
  return add_address($everywhere, 0) if $kernel eq 'gvisor';
  add_address($own_address, 10);
  route_everything(AF_INET);
}

# Gives what listens there, by what for, and what of it cannot be had, if anything. 'shut' are those that do not listen yet: their port
# refuses. Without 'v4' nothing is led: names are listened for one by one. Dies where not even questions of DNS can be heard.
sub prepare_namespace {
  my ($kernel) = @_;
  await_loopback() if $kernel ne 'gvisor';
  my %made = (tcp => listener(AF_INET, pack_sockaddr_in(53, INADDR_LOOPBACK)));
  socket($made{udp}, AF_INET, SOCK_DGRAM, 0) or die "DNS: $!\n";
  bind($made{udp}, pack_sockaddr_in(53, INADDR_LOOPBACK)) or die "DNS: $!\n";
  my %led = eval { lead_everything($kernel) };
  # Where nothing is led elsewhere, an address that were its own would lead to servers of the code's.
  my $lacks = %led && eval { own_everything($kernel); 1 } ? '' : $@;
  eval { add_address($own_address, 10) } if !%led;
  $lacks =~ s/\s+/ /g;
  return ($lacks, %made, %led);
}
`;
