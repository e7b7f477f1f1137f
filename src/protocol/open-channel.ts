import { Socket } from 'node:net';

/**
 * A stream over a file descriptor that this process was born with or has opened: a Unix socket, or a character device
 * such as a virtio-serial port. The descriptor belongs to the stream from then on.
 *
 * Throws if the descriptor is not open, or is of a kind that cannot be waited for (a file).
 */
export function openChannel(fd: number): Socket {
  try {
    return new Socket({ fd, readable: true, writable: true });
  } catch (error) {
    if (!isInvalidFdType(error)) throw error;
    return openDevice(fd);
  }
}

function isInvalidFdType(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_FD_TYPE';
}

interface PipeHandle {
  open(fd: number): number;
}

/**
 * Node's public interface refuses to wait for a character device, although it can (the kernel's virtio port supports
 * poll and non-blocking reads). Its own pipe handle takes any descriptor, so the stream is put on one of those.
 */
function openDevice(fd: number): Socket {
  const { Pipe, constants } = pipeBinding();
  const handle = new Pipe(constants.SOCKET);
  const failed = handle.open(fd);
  if (failed !== 0) throw new Error(`File descriptor ${fd} cannot be used as a channel: libuv's error ${failed}.`);
  const options: object = { handle, readable: true, writable: true };
  return new Socket(options);
}

interface PipeBinding {
  readonly Pipe: new (kind: number) => PipeHandle;
  readonly constants: { readonly SOCKET: number };
}

function pipeBinding(): PipeBinding {
  const node: object = process;
  if (!('binding' in node) || typeof node.binding !== 'function')
    throw new Error('This Node has no `process.binding`, which a virtio-serial channel needs.');
  const binding: unknown = node.binding('pipe_wrap');
  if (!isPipeBinding(binding)) throw new Error('`process.binding("pipe_wrap")` of this Node has no Pipe.');
  return binding;
}

function isPipeBinding(value: unknown): value is PipeBinding {
  return typeof value === 'object' && value !== null && 'Pipe' in value && 'constants' in value;
}
