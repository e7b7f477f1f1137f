/**
 * The resident helper, in Perl: of what every Debian has, the smallest that can make any system call. Started before the
 * template is saved, so that in a clone it is there already. A line in, a line out:
 *
 *   container PID                          → ok             its UTS namespace will be renamed at `identify`
 *   identify at|by MS NAME HEX             → ok             the clock is set to MS, or forward by MS; HEX is entropy
 *   same by MS NAME HEX            → ok             only the clock and the entropy: it stood still
 *   anything that fails                    → failed REASON
 *
 * System call numbers are x86-64's (arch/x86/entry/syscalls/syscall_64.tbl), ioctls from linux/random.h, adjtimex(2).
 * Arguments: the files for boot id and machine id, rewritten in place because they are mounted over other files.
 */
export const helperScript: string = String.raw`
use strict;
use warnings;
$| = 1;
my ($boot_id_file, $machine_id_file) = map { opened($_) } @ARGV;
my ($SYS_adjtimex, $SYS_sethostname, $SYS_clock_settime, $SYS_setns) = (159, 170, 227, 308);
my ($ADJ_SETOFFSET, $ADJ_NANO) = (0x0100, 0x2000);
my ($RNDADDENTROPY, $RNDRESEEDCRNG) = (0x40085203, 0x5207);
my ($CLOCK_REALTIME, $CLONE_NEWUTS) = (0, 0x04000000);
open(my $own, '<', '/proc/self/ns/uts') or die "own namespace: $!";
my $random = opened('/dev/urandom');
my %containers;

# Opened beforehand, like everything else: to find a path takes longer than all the rest.
sub opened {
  my ($path) = @_;
  open(my $file, '+<', $path) or die "$path: $!";
  return $file;
}

sub rewrite {
  my ($file, $text) = @_;
  sysseek($file, 0, 0);
  syswrite($file, $text) == length($text) or die "identity file: $!\n";
}

# Version 4, from the kernel's generator (RFC 9562).
sub random_uuid {
  sysread($random, my $bytes, 16) == 16 or die "/dev/urandom: $!\n";
  my $hex = unpack('H*', $bytes);
  substr($hex, 12, 1) = '4';
  substr($hex, 16, 1) = substr('89ab', ord($bytes) & 3, 1);
  return $hex;
}

sub name_namespace {
  my ($namespace, $name) = @_;
  syscall($SYS_setns, fileno($namespace), $CLONE_NEWUTS) == 0 or die "setns: $!\n";
  syscall($SYS_sethostname, $name, length($name)) == 0 or die "sethostname: $!\n";
}

# Whole seconds, rounded down, and nanoseconds.
sub split_ms {
  my ($ms) = @_;
  my $seconds = int($ms / 1e3);
  $seconds -= 1 if $seconds * 1e3 > $ms;
  return ($seconds, int(($ms - $seconds * 1e3) * 1e6));
}

sub set_clock {
  my ($ms) = @_;
  my $time = pack('q q', split_ms($ms));
  syscall($SYS_clock_settime, $CLOCK_REALTIME, $time) == 0 or die "clock_settime: $!\n";
}

# In one go: between reading a clock and setting it, an emulated processor may lose its turn. The struct is timex's.
sub move_clock {
  my ($ms) = @_;
  my $request = pack('L x4 x32 x8 x24 q q x120', $ADJ_SETOFFSET | $ADJ_NANO, split_ms($ms));
  syscall($SYS_adjtimex, $request) >= 0 or die "adjtimex: $!\n";
}

sub set_time {
  my ($how, $ms, $name, $hex) = @_;
  my $entropy = pack('H*', $hex);
  my $length = length($entropy);
  # Before the clock: whoever sees the new time reseeds from the kernel.
  ioctl($random, $RNDADDENTROPY, pack('i i a*', 8 * $length, $length, $entropy)) or die "RNDADDENTROPY: $!\n";
  ioctl($random, $RNDRESEEDCRNG, 0) or die "RNDRESEEDCRNG: $!\n";
  $how eq 'by' ? move_clock($ms) : set_clock($ms);
}

sub identify {
  my ($how, $ms, $name, $hex) = @_;
  set_time(@_);
  my $id = random_uuid();
  rewrite($boot_id_file, join('-', unpack('A8 A4 A4 A4 A12', $id)) . "\n");
  rewrite($machine_id_file, "$id\n");
  name_namespace($_, $name) for values(%containers), $own;
}

while (my $line = <STDIN>) {
  my ($verb, @words) = split(' ', $line);
  eval {
    if ($verb eq 'identify') { identify(@words) }
    elsif ($verb eq 'same') { set_time(@words) }
    elsif ($verb eq 'container') {
      my ($pid) = @words;
      delete @containers{grep { !-e "/proc/$_" } keys %containers};
      open($containers{$pid}, '<', "/proc/$pid/ns/uts") or die "container $pid: $!\n";
    }
    else { die "unknown verb\n" }
    print "ok\n";
  } or do {
    my $reason = $@;
    $reason =~ s/\s+/ /g;
    print "failed $reason\n";
  };
}
`;
