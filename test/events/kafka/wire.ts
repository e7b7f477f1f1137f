/** Parts a stream of the protocol into its frames: each with its length before it. */
export function frames(): (chunk: Buffer) => readonly Buffer[] {
  let left = Buffer.alloc(0);
  return (chunk) => {
    left = Buffer.concat([left, chunk]);
    const found: Buffer[] = [];
    while (left.length >= 4 && left.length >= 4 + left.readInt32BE(0)) {
      const end = 4 + left.readInt32BE(0);
      found.push(Buffer.from(left.subarray(0, end)));
      left = left.subarray(end);
    }
    return found;
  };
}

/** Which request it is (https://kafka.apache.org/protocol#protocol_api_keys). */
export function keyOf(request: Buffer): number {
  return request.readInt16BE(4);
}

/** Where what is said begins in a request, behind its header. */
export function bodyAt(request: Buffer): number {
  return textAt(request, 12).end;
}

/** A text with its length in 16 bits before it, -1 where there is none. */
export function textAt(buffer: Buffer, at: number): { readonly text: string; readonly end: number } {
  const length = Math.max(0, buffer.readInt16BE(at));
  return { text: buffer.toString('utf8', at + 2, at + 2 + length), end: at + 2 + length };
}

/** Of an answer to JoinGroup of version 5: how many members its leader is told of; none, where it is not for the leader. */
export function joinOf(answer: Buffer): { readonly generation: number; readonly members: number } {
  const generation = answer.readInt32BE(14);
  let at = 18;
  for (let n = 0; n < 3; n++) at = textAt(answer, at).end;
  return { generation, members: answer.readInt32BE(at) };
}

/** Of a SyncGroup of version 3: whether it says who gets what. */
export function syncOf(request: Buffer): { readonly generation: number; readonly leads: boolean } {
  const group = textAt(request, bodyAt(request));
  const member = textAt(request, group.end + 4);
  const instance = textAt(request, member.end);
  return { generation: request.readInt32BE(group.end), leads: request.readInt32BE(instance.end) > 0 };
}
