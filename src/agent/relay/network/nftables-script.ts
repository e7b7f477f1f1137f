/** The part of the relay that speaks nf_tables, in Perl (linux/netfilter/nf_tables.h): what is led where, and what is refused and told of. */
export const nftablesScript: string = String.raw`
# --- nf_tables.

sub named { my ($name, @data) = @_; return attribute(0x8001, attribute(1, "$name\0") . attribute(0x8002, join('', @data))) }
sub number { my ($type, $value) = @_; return attribute($type, pack('N', $value)) }
sub value { my ($type, $bytes) = @_; return attribute(0x8000 | $type, attribute(1, $bytes)) }
sub is_tcp { return (named('meta', number(1, 1), number(2, 16)), named('cmp', number(1, 1), number(2, 0), value(3, "\6"))) }

sub destination {
  my ($offset, $address, $mask, $equal) = @_;
  my $length = length($address);
  return (
    named('payload', number(1, 1), number(2, 1), number(3, $offset), number(4, $length)),
    named('bitwise', number(1, 1), number(2, 1), number(3, $length), value(4, $mask), value(5, "\0" x $length)),
    named('cmp', number(1, 1), number(2, $equal ? 0 : 1), value(3, $address)),
  );
}

sub to_port { my ($port) = @_; return (named('immediate', number(1, 1), value(2, pack('n', $port))), named('redir', number(1, 1))) }
sub noted { return named('log', attribute(1, pack('n', $log_group)), number(3, 64), attribute(4, pack('n', 1))) }

sub redirect_by_nftables {
  my ($family, @rules) = @_;
  my $head = pack('C C n', $family, 0, 0);
  my ($table, $chain) = ("heddle\0", "out\0");
  my $hook = attribute(0x8004, number(1, 3) . attribute(2, pack('N', 0xffffff9c)));
  netlink(12, 'a redirect by nf_tables',
    [16, 1, pack('C C n', 0, 0, 10)],
    [0xa00, 0x405, $head . attribute(1, $table)],
    [0xa03, 0x405, $head . attribute(1, $table) . attribute(3, $chain) . $hook . attribute(7, "nat\0")],
    (map { [0xa06, 0xc05, $head . attribute(1, $table) . attribute(2, $chain) . attribute(0x8004, join('', is_tcp(), @$_))] } @rules),
    [17, 1, pack('C C n', 0, 0, 10)]);
}

sub subnet_of { my @bytes = @_; my $bits = pop @bytes; return (pack('C4', @bytes, (0) x (4 - @bytes)), pack('N', ~((1 << (32 - $bits)) - 1) & 0xffffffff)) }

# 'noting': what is refused is told to whoever listens for it, see 'refusals_of'; not every kernel can.
sub redirect_v4 {
  my (@noting) = @_;
  redirect_by_nftables(2,
    [destination(16, $names, $names_mask, 1), to_port($relay_port)],
    (map { [destination(16, subnet_of(@$_), 1), @noting, to_port($shut_port)] } @not_public),
    [destination(16, $loopback, $loopback_mask, 0), to_port($relay_port)]);
}

sub redirect_v6 {
  my (@noting) = @_;
  redirect_by_nftables(10,
    [destination(24, "\x20" . "\0" x 15, "\xe0" . "\0" x 15, 1), to_port($relay_port)],
    [destination(24, inet_pton(AF_INET6, '::1'), "\xff" x 16, 0), @noting, to_port($shut_port)]);
}

# A socket that hears what rules note: linux/netfilter/nfnetlink_log.h.
sub refusals_of {
  socket(my $socket, 16, SOCK_RAW, 12) or die "a log of refusals: $!\n";
  my $head = pack('C C n', 0, 0, $log_group);
  netlink_by($socket, 'a log of refusals', [0x401, 5, $head . attribute(1, pack('C', 1))], [0x401, 5, $head . attribute(2, pack('N C x', 64, 2))]);
  return $socket;
}

# Port and address of what such a message tells.
sub refused_destination {
  my ($message) = @_;
  my ($length, $type, $family) = unpack('L S x10 C', $message);
  return if $type != 0x400;
  for (my $at = 20; $at + 4 <= $length; ) {
    my ($size, $kind) = unpack('S S', substr($message, $at, 4));
    last if $size < 4;
    my $packet = substr($message, $at + 4, $size - 4);
    return (unpack('n', substr($packet, 42, 2)), substr($packet, 24, 16)) if $kind == 9 && $family == AF_INET6 && length($packet) >= 44;
    return (unpack('n', substr($packet, 4 * (ord($packet) & 15) + 2, 2)), substr($packet, 16, 4)) if $kind == 9 && length($packet) >= 24;
    $at += ($size + 3) & ~3;
  }
  return;
}

# Whatever a container connects to is noted, too.
sub note_everything {
  for ([2, destination(16, $loopback, $loopback_mask, 0)], [2, destination(16, $names, $names_mask, 1)], [10, destination(24, inet_pton(AF_INET6, '::1'), "\xff" x 16, 0)]) {
    my ($family, @match) = @$_;
    my $rule = attribute(1, "heddle\0") . attribute(2, "out\0") . attribute(0x8004, join('', is_tcp(), @match, noted()));
    eval { netlink(12, 'a note', [16, 1, pack('C C n', 0, 0, 10)], [0xa06, 0x405, pack('C C n', $family, 0, 0) . $rule], [17, 1, pack('C C n', 0, 0, 10)]) };
  }
}
`;
