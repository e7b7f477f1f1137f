/**
 * What waits in a blank container and becomes the bootstrap when that is there, in Perl: of what every Debian has, the smallest. To
 * start a program from Node means to fork Node, which takes gVisor ten times as long as to have a small process start it.
 *
 * Argument: where to make the FIFO that is to be the bootstrap's standard output and error; `/dev/stdout` could not be opened if
 * that were one of Node's sockets. Its name is gone before the bootstrap begins. On file descriptor 3 it says `ready` when
 * the FIFO is there. From standard input it takes words that each end with a zero byte, up to the end: the program's path, and
 * `NAME=value` for each variable. If the program runs, descriptor 3 ends; else it says `failed ERRNO` before.
 */
export const launcherScript: string = String.raw`
use strict;
my ($SYS_mknod, $F_SETFD, $FD_CLOEXEC, $fifo) = (133, 2, 1, $ARGV[0]);
open(my $status, '>&=', 3) or die "status: $!\n";
fcntl($status, $F_SETFD, $FD_CLOEXEC) or die "status: $!\n";
syscall($SYS_mknod, $fifo, 0010600, 0) == 0 or die "$fifo: $!\n";
syswrite($status, "ready\n");
open(STDOUT, '>', $fifo) or die "$fifo: $!\n";
open(STDERR, '>&', \*STDOUT) or die "standard error: $!\n";
unlink($fifo);
my $said = do { local $/; <STDIN> };
my ($program, @variables) = split(/\0/, $said // '');
exit 0 if !defined $program;
%ENV = map { split(/=/, $_, 2) } @variables;
open(STDIN, '<', '/dev/null') or die "/dev/null: $!\n";
exec { $program } $program;
syswrite($status, 'failed ' . ($! + 0) . "\n");
exit 127;
`;
