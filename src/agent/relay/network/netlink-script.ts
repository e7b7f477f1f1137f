/** The part of the relay that speaks to a kernel about networks, in Perl: netlink(7), requests and their acknowledgements. */
export const netlinkScript: string = String.raw`
# --- rtnetlink(7): one request, one acknowledgement.

sub attribute { my ($type, $value) = @_; return pack('S S a*', 4 + length($value), $type, $value) . "\0" x (-length($value) & 3) }

sub netlink {
  my ($protocol, $what, @messages) = @_;
  socket(my $socket, 16, SOCK_RAW, $protocol) or die "$what: netlink socket: $!\n";
  netlink_by($socket, $what, @messages);
}

sub netlink_by {
  my ($socket, $what, @messages) = @_;
  my $text = '';
  for (@messages) { my ($type, $flags, $body) = @$_; $text .= pack('L S S L L', 16 + length($body), $type, $flags, 1, 0) . $body }
  send($socket, $text, 0) or die "$what: $!\n";
  my $wanted = grep { $_->[1] & 4 } @messages;
  while ($wanted > 0) {
    defined(recv($socket, my $answer, 65536, 0)) or die "$what: $!\n";
    while (length($answer) >= 20) {
      my ($length, $type, undef, undef, undef, $error) = unpack('L S S L L l', $answer);
      if ($type == 2) { $! = -$error; die "$what: $!\n" if $error != 0; $wanted-- }
      substr($answer, 0, ($length + 3) & ~3) = '';
    }
  }
}
`;
