/**
 * The part of the relay that gives a container another `/tmp`, in Perl: a file system in memory of the size that its function asked for, over
 * the one that it was made with. Before any user code runs in it: whoever had files open there would keep them.
 */
export const storageScript: string = String.raw`
# --- Storage.

# Nobody comes back out of another's mounts with the folders that he had: a child goes in.
sub give_storage {
  my ($pid, $mb) = @_;
  pipe(my $ours, my $theirs) or die "pipe: $!\n";
  my $child = fork // die "fork: $!\n";
  if ($child == 0) {
    my $done = eval { mount_storage($pid, $mb); 1 };
    syswrite($theirs, $done ? 'ok' : $@);
    syscall($SYS_exit_group, 0);
  }
  close($theirs);
  sysread($ours, my $said, 4096);
  waitpid($child, 0);
  die(($said // '') eq '' ? "nothing came of /tmp\n" : $said) if ($said // '') ne 'ok';
}

sub mount_storage {
  my ($pid, $mb) = @_;
  open(my $namespace, '<', "/proc/$pid/ns/mnt") or die "mounts of $pid: $!\n";
  if ($users eq 'own') {
    my $owner = ioctl($namespace, $NS_GET_USERNS, 0) or die "owner of the mounts: $!\n";
    syscall($SYS_setns, $owner + 0, $CLONE_NEWUSER) == 0 or die "user namespace: $!\n";
  }
  syscall($SYS_setns, fileno($namespace), $CLONE_NEWNS) == 0 or die "mounts: $!\n";
  my ($what, $where, $options) = ('tmpfs', '/tmp', "mode=1777,size=" . $mb * 1048576);
  my ($SYS_mount, $nosuid_nodev) = (165, 6);
  syscall($SYS_mount, $what, $where, $what, $nosuid_nodev, $options) == 0 or die "/tmp of $mb MiB: $!\n";
}
`;
