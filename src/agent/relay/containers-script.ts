/**
 * The part of the relay that knows containers, in Perl: goes into their network namespaces, opens what listens there, answers their
 * questions of DNS, and closes all of it when they are gone.
 */
export const containersScript: string = String.raw`
# --- Containers.

sub asked {
  my ($number) = @_;
  my $container = $containers{$number};
  my $udp = $container->{sockets}{udp};
  return if $container->{waiting};
  for (1 .. $turn) {
    return hold(fileno $udp) if $container->{asking} >= $queries_max || !may($container->{asks});
    defined(my $from = recv($udp, my $query, 4096, 64)) or return;
    my $known = $container->{answers}{substr($query, 2)};
    if (defined $known && $known->[0] > time) { send($udp, substr($query, 0, 2) . $known->[1], 0, $from); next }
    $container->{asks}{left}--;
    $container->{asking}++;
    $next_query = ($next_query + 1) & 0xffffffff while exists $queries{$next_query};
    $queries{$next_query} = { container => $number, from => $from, query => $query };
    frame($QUERY, $next_query, pack('S a*', $number, $query));
    $next_query = ($next_query + 1) & 0xffffffff;
  }
}

# Programs look a name up for each connection. What address stands for it here does not change; whether it may be connected to, is asked
# then. What is refused is asked for each time: somebody has to be told.
sub remember {
  my ($container, $query, $answer) = @_;
  # Where names are listened for one by one, they are let go of one by one, too.
  return if $told || length($query) < 17 || length($answer) < 12 || ord(substr($answer, 3)) & 15;
  my $at = 12;
  while (my $length = ord(substr($query, $at, 1))) { $at += 1 + $length; return if $at > length($query) - 5 }
  my $type = unpack('n', substr($query, $at + 1, 2));
  return if $type != 1 && $type != 28;
  $container->{answers} = {} if keys %{$container->{answers}} >= $answers_max;
  $container->{answers}{substr($query, 2)} = [time + $answer_seconds, substr($answer, 2)];
}

# In and out again; what is opened inside stays there.
sub inside {
  my ($namespace, $do) = @_;
  syscall($SYS_setns, fileno($namespace), $CLONE_NEWNET) == 0 or die "not permitted: the container's network: $!\n";
  my @result = eval { $do->() };
  my $trouble = $@;
  syscall($SYS_setns, fileno($own), $CLONE_NEWNET) == 0 or die "back: $!\n";
  die $trouble if $trouble ne '';
  return @result;
}

# Where containers have user namespaces of their own, only who is in one may do anything to its network, and nobody comes back out
# of it: a child goes in, and hands over what it has opened.
sub inside_by_child {
  my ($namespace, $do) = @_;
  socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0) or die "socketpair: $!\n";
  my $child = fork // die "fork: $!\n";
  if ($child == 0) {
    my ($lacks, %sockets) = eval {
      my $owner = ioctl($namespace, $NS_GET_USERNS, 0) or die "not permitted: the owner of the container's network: $!\n";
      syscall($SYS_setns, $owner + 0, $CLONE_NEWUSER) == 0 or die "not permitted: the container's users: $!\n";
      syscall($SYS_setns, fileno($namespace), $CLONE_NEWNET) == 0 or die "not permitted: the container's network: $!\n";
      $do->();
    };
    my $text = $@ eq '' ? join(' ', 'ok', sort keys %sockets) . "\n$lacks" : "failed $@";
    send_files($theirs, $text, map { fileno $sockets{$_} } sort keys %sockets);
    syscall($SYS_exit_group, 0);
  }
  close($theirs);
  my ($text, @fds) = receive_files($ours);
  waitpid($child, 0);
  my ($said, $lacks) = split(/\n/, $text, 2);
  my ($verdict, @names) = split(' ', $said);
  die substr($text, 7) . "\n" if ($verdict // '') ne 'ok';
  my %sockets;
  for my $name (@names) { open($sockets{$name}, '+<&=', shift @fds) or die "socket: $!\n" }
  return ($lacks // '', %sockets);
}

# sendmsg(2) and recvmsg(2) with SCM_RIGHTS, for which Perl has no words.
sub message_head { my ($vector, $control) = @_; return pack('x8 x8 P Q P Q x8', $vector, 1, $control, length($control)) }

sub send_files {
  my ($socket, $text, @fds) = @_;
  my $control = pack('Q l l l*', 16 + 4 * @fds, 1, 1, @fds) . "\0" x (4 * (@fds & 1));
  $control = '' if !@fds;
  my $vector = pack('P Q', $text, length($text));
  my $head = @fds ? message_head($vector, $control) : pack('x8 x8 P Q x8 x8 x8', $vector, 1);
  syscall($SYS_sendmsg, fileno($socket), $head, 0);
}

sub receive_files {
  my ($socket) = @_;
  my ($text, $control) = map { my $buffer = ''; vec($buffer, $_ - 1, 8) = 0; $buffer } 4096, 256;
  my $vector = pack('P Q', $text, length($text));
  my $head = message_head($vector, $control);
  my $count = syscall($SYS_recvmsg, fileno($socket), $head, 0);
  return 'failed nothing came' if $count <= 0;
  my ($length, $level, $type) = unpack('Q l l', $control);
  my @fds = $level == 1 && $type == 1 ? unpack('l*', substr($control, 16, $length - 16)) : ();
  return (substr($text, 0, $count), @fds);
}

sub add_container {
  my ($number, $pid) = @_;
  open(my $namespace, '<', "/proc/$pid/ns/net") or die "container $pid: $!\n";
  my ($lacks, %sockets) = eval { enter($namespace, sub { prepare_namespace($kernel) }) };
  # Whoever may not go in there can do nothing for it; it is apart all the same.
  if ($@ ne '') { $@ =~ /^not permitted: / or die $@; $lacks = $@ }
  $containers{$number} = { streams => {}, asking => 0, answers => {}, namespace => $namespace, sockets => \%sockets, names => [],
    opens => bucket($opens), asks => bucket($asks), tells => bucket($tells) };
  attend($number, $_) for keys %sockets;
  return if $lacks eq '' || $told++;
  frame($LIMITED, 0, substr($lacks, 0, 1000));
}

# Does the same to a namespace, whoever may.
sub enter { my ($namespace, $do) = @_; return $users eq 'own' ? inside_by_child($namespace, $do) : inside($namespace, $do) }

sub attend {
  my ($number, $which) = @_;
  my $socket = $containers{$number}{sockets}{$which};
  unblock($socket);
  my $meant = $which eq 'tcp' ? 'dns' : $which =~ /^vn/ ? 'name' : $which =~ /6/ ? AF_INET6 : AF_INET;
  $on{fileno $socket} = $which eq 'udp' ? sub { asked($number) }
    : $which eq 'log' ? sub { told_of_refusals($number, $socket) }
    : $which eq 'lost' ? sub { hears_datagrams($number, $socket) }
    : sub { accept_from($socket, $number, $meant) };
  heed($containers{$number}, fileno $socket) if $which !~ /shut/;
}

# Where the kernel leads nobody here: listens at a name's address, on the ports that are likely. Of too many names the first is let go.
sub listen_for {
  my ($number, $address, @ports) = @_;
  my $container = $containers{$number} or return;
  return if exists $container->{sockets}{v4} || grep { $_ eq $address } @{$container->{names}};
  push @{$container->{names}}, $address;
  if (@{$container->{names}} > $names_max) {
    my $first = unpack('H*', shift @{$container->{names}});
    close_socket($container, $_) for grep { /^vn$first/ } keys %{$container->{sockets}};
  }
  my ($lacks, %made) = eval { enter($container->{namespace}, sub {
    my %made;
    # A port that the code itself has is its own.
    for (@ports) { my $socket = eval { listener(AF_INET, pack_sockaddr_in($_, $address)) } or next; $made{'vn' . unpack('H*', $address) . ":$_"} = $socket }
    return ('', %made);
  }) };
  for (keys %made) { $container->{sockets}{$_} = $made{$_}; attend($number, $_) }
}

sub close_socket {
  my ($container, $which) = @_;
  my $socket = delete $container->{sockets}{$which} or return;
  delete $container->{waiting}{fileno $socket} if $container->{waiting};
  forget(fileno $socket);
  close($socket);
}

# Public addresses and names are let through from the start; this lets through nothing, or all.
sub admit {
  my ($number, $what) = @_;
  my $container = $containers{$number};
  my $sockets = defined $container ? $container->{sockets} : {};
  if ($what == 0) {
    close_socket($container, $_) for grep { /^(v|shut)/ } keys %$sockets;
    # What nobody can go in for is refused without a word.
    inside($container->{namespace}, \&note_everything) if defined $sockets->{log} && $users ne 'own';
  } else {
    for (grep { /shut/ } keys %$sockets) {
      listen($sockets->{$_}, 1024);
      heed($container, fileno $sockets->{$_});
    }
    # What is led there is not refused any more.
    close_socket($container, 'log') if defined $container;
  }
  frame($ADMITTED, $number, '');
}

sub told_of_refusals {
  my ($number, $socket) = @_;
  while (defined(recv($socket, my $message, 4096, 64))) {
    my ($port, $address) = refused_destination($message);
    next if !defined $port || !may($containers{$number}{tells});
    $containers{$number}{tells}{left}--;
    frame($REFUSED, 0, pack('S S a*', $number, $port, $address));
  }
}

sub hears_datagrams {
  my ($number, $socket) = @_;
  my $bucket = $containers{$number}{tells};
  # Most of them are questions of DNS and the code's own: of a crowd, several are taken at a time.
  hold(fileno $socket);
  for (1 .. $turn) {
    defined(recv($socket, my $packet, 64, 64)) or return;
    next if length($packet) < 20 || ord(substr($packet, 16, 1)) == 127 || !may($bucket);
    $bucket->{left}--;
    my $port = unpack('n', substr($packet, 4 * (ord($packet) & 15) + 2, 2) || "\0\0");
    frame($LOST, 0, pack('S S a*', $number, $port, substr($packet, 16, 4)));
  }
}

sub remove_container {
  my ($number) = @_;
  my $container = $containers{$number} or return;
  broken($streams{$_}) for keys %{$container->{streams}};
  delete $containers{$number};
  delete @queries{grep { $queries{$_}{container} == $number } keys %queries};
  close_socket($container, $_) for keys %{$container->{sockets}};
}
`;
