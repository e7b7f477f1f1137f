/** Asks for an invocation and answers it, once and again, in Perl, which everything here has; `answer` sees `$event`, and sets it; what came with it is in `$head`. */
export function perl(answer: string): string {
  return String.raw`#!/usr/bin/perl
use IO::Socket::INET;
my $api = IO::Socket::INET->new($ENV{AWS_LAMBDA_RUNTIME_API}) or die;
sub say_to { my ($what, $body) = @_; my $length = length($body);
  print $api "$what HTTP/1.1\r\nHost: x\r\nContent-Length: $length\r\n\r\n$body"; $api->flush;
  my ($head, $rest) = ('', ''); while (<$api>) { last if /^\r\n$/; $head .= $_ }
  my ($more) = $head =~ /^Content-Length: (\d+)/mi; read($api, $rest, $more); return ($head, $rest) }
while (1) {
  my ($head, $event) = say_to('GET /2018-06-01/runtime/invocation/next', '');
  my ($id) = $head =~ /^Lambda-Runtime-Aws-Request-Id: (\S+)/mi;
  ${answer};
  say_to("POST /2018-06-01/runtime/invocation/$id/response", $event);
}
`;
}
