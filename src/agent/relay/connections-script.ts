/**
 * The part of the relay that carries connections, in Perl: from a container's socket to the channel and back, each side as far as the
 * other has given credit.
 */
export const connectionsScript: string = String.raw`
# --- Connections.

# Connections are bare file descriptors: a handle of Perl's costs four system calls more, and each is dear in gVisor.
sub accept_from {
  my ($listener, $container, $how) = @_;
  my $bucket = $containers{$container}{opens};
  return if $containers{$container}{waiting};
  for (1 .. $turn) {
    return hold(fileno $listener) if !may($bucket);
    my $fd = syscall($SYS_accept4, fileno($listener), 0, 0, $O_NONBLOCK | 0x80000);
    # Of too many open files there will be fewer in a moment.
    return $!{EMFILE} || $!{ENFILE} ? hold(fileno $listener) : undef if $fd < 0;
    $bucket->{left}--;
    my ($port, $address) = (53, INADDR_LOOPBACK);
    if ($how ne 'dns') {
      my ($meant, $length) = ("\0" x 28, pack('L', 28));
      # Whoever came here by himself meant nothing else.
      if (($how eq 'name' ? syscall($SYS_getsockname, $fd, $meant, $length)
        : syscall($SYS_getsockopt, $fd, $how == AF_INET ? 0 : 41, 80, $meant, $length)) < 0) { abort_socket($fd); next }
      (undef, $port, $address) = $how ne 'name' && $how == AF_INET6 ? unpack('S n x4 a16', $meant) : unpack('S n a4', $meant);
    }
    syscall($SYS_setsockopt, $fd, IPPROTO_TCP, TCP_NODELAY, $on_option, 4);
    $next_id = ($next_id + 1) & 0xffffffff while $next_id == 0 || exists $streams{$next_id};
    my $stream = { id => $next_id, container => $container, fd => $fd,
      credit => $window, owed => 0, window => $window, queue => [], in => 1, out => 1 };
    $streams{$next_id} = $stream;
    $containers{$container}{streams}{$next_id} = 1;
    $on{$fd} = sub { happened($stream, @_) };
    frame($OPEN, $next_id, pack('S S a*', $container, $port, $address));
    mind($stream);
    $next_id = ($next_id + 1) & 0xffffffff;
  }
}

sub abort_socket { my ($fd) = @_; syscall($SYS_setsockopt, $fd, SOL_SOCKET, SO_LINGER, $abort_option, 8); syscall($SYS_close, $fd) }

sub mind {
  my ($stream) = @_;
  # Both sides have ended, and what is left to read the other side has no room for: of that, epoll would speak without an end.
  return unwatch($stream->{fd}) if $stream->{over} && $stream->{credit} <= 0 && !@{$stream->{queue}};
  my $events = ($stream->{in} && $stream->{credit} > 0 ? $EPOLLIN : 0) | (@{$stream->{queue}} ? $EPOLLOUT : 0);
  watch($stream->{fd}, $events);
}

sub drop {
  my ($stream, $aborts) = @_;
  delete $streams{$stream->{id}};
  $widened -= $stream->{window} - $window;
  delete $containers{$stream->{container}}{streams}{$stream->{id}} if exists $containers{$stream->{container}};
  forget($stream->{fd});
  $aborts ? abort_socket($stream->{fd}) : syscall($SYS_close, $stream->{fd});
}

sub broken { my ($stream) = @_; frame($RESET, $stream->{id}, ''); drop($stream, 1) }

sub happened {
  my ($stream, $events) = @_;
  flush_queue($stream) or return if $events & $EPOLLOUT;
  if ($stream->{in} && $stream->{credit} > 0 && $events & ~$EPOLLOUT) { take_from($stream) or return }
  # Neither to be read from nor written to, and yet it speaks: it has ended on both sides, and there is more to read, or it was reset.
  elsif ($events & 0x18) {
    return broken($stream) if $events & 8 || !$stream->{in};
    $stream->{over} = 1;
  }
  mind($stream);
}

sub take_from {
  my ($stream) = @_;
  my $most = $stream->{credit} < $piece_max ? $stream->{credit} : $piece_max;
  my $count = syscall($SYS_read, $stream->{fd}, $piece, $most);
  if ($count < 0) { return 1 if $!{EAGAIN} || $!{EINTR}; broken($stream); return 0 }
  if ($count == 0) {
    $stream->{in} = 0;
    frame($END, $stream->{id}, '');
    if (!$stream->{out} && !@{$stream->{queue}}) { drop($stream, 0); return 0 }
    return 1;
  }
  $stream->{credit} -= $count;
  transmit(pack('L C L', 5 + $count, $DATA, $stream->{id}) . substr($piece, 0, $count));
  return 1;
}

# Who takes what comes may have more under way: with less than it takes in the time of a wake-up, each side would wait for the other.
sub give_credit {
  my ($stream) = @_;
  my ($more) = sort { $a <=> $b } $stream->{owed}, $window_max - $stream->{window}, $widened_max - $widened;
  $stream->{window} += $more;
  $widened += $more;
  frame($CREDIT, $stream->{id}, pack('L', $stream->{owed} + $more));
  $stream->{owed} = 0;
}

# Gives whether the connection is still there.
sub flush_queue {
  my ($stream) = @_;
  my $queue = $stream->{queue};
  while (@$queue) {
    my $sent = syscall($SYS_write, $stream->{fd}, $queue->[0], length($queue->[0]));
    if ($sent < 0) { last if $!{EAGAIN} || $!{EINTR}; broken($stream); return 0 }
    $stream->{owed} += $sent;
    if ($sent < length($queue->[0])) { substr($queue->[0], 0, $sent) = ''; last }
    shift @$queue;
  }
  give_credit($stream) if $stream->{owed} >= $credit_min;
  return 1 if @$queue || $stream->{out};
  if (!$stream->{in}) { drop($stream, 0); return 0 }
  syscall($SYS_shutdown, $stream->{fd}, 1) if !$stream->{shut}++;
  return 1;
}
`;
