/**
 * The part of the relay that tells code of its connections, in Perl, when its instance is about to stand still or has moved: they are reset
 * here, where its kernel knows of it before the code goes on. Who connects or asks meanwhile waits in that kernel, so that nothing of it is
 * on its way when the instance is copied.
 */
export const movingScript: string = String.raw`
# --- Standing still, and moving.

sub meant { my ($number) = @_; return $number == $everyone ? values %containers : exists $containers{$number} ? $containers{$number} : () }

sub part {
  my ($number) = @_;
  for my $container (meant($number)) {
    # The service does not have to be told: it has let go of them.
    drop($streams{$_}, 1) for keys %{$container->{streams}};
    next if $container->{waiting};
    my @fds = grep { defined $interest{$_} } map { fileno $_ } values %{$container->{sockets}};
    $container->{waiting} = { map { $_ => 1 } @fds };
    for (@fds) { unwatch($_); delete $held{$_} }
  }
}

sub join_again {
  my ($number) = @_;
  for my $container (meant($number)) {
    my $waiting = delete $container->{waiting} or next;
    watch($_, $EPOLLIN) for keys %$waiting;
  }
  # Whoever was asked may be gone; the first answer counts.
  for my $id (keys %queries) {
    my $query = $queries{$id};
    frame($QUERY, $id, pack('S a*', $query->{container}, $query->{query})) if $number == $everyone || $query->{container} == $number;
  }
}

# Listens to one of a container's sockets, or will.
sub heed { my ($container, $fd) = @_; $container->{waiting} ? $container->{waiting}{$fd} = 1 : watch($fd, $EPOLLIN) }
`;
