/** Checksums whose value over two strings follows from those of each. */
export type CrcName = 'crc32' | 'crc32c' | 'crc64nvme';

/** Polynomials with their bits reflected, and their widths. */
const kinds: Readonly<Record<CrcName, { readonly poly: bigint; readonly bits: number }>> = {
  crc32: { poly: 0xedb88320n, bits: 32 },
  crc32c: { poly: 0x82f63b78n, bits: 32 },
  crc64nvme: { poly: 0x9a6c9329ac4bc9b5n, bits: 64 },
};

/** What each bit of a register becomes. */
type Matrix = readonly bigint[];

/**
 * The CRC of parts put together, from theirs: each is moved on by the zeros that the next part is long, as zlib's `crc32_combine` does it
 * (https://github.com/madler/zlib/blob/v1.2.11/crc32.c). Parts of one length share the work.
 */
export function combinedCrc(
  name: CrcName,
  parts: readonly { readonly bytes: number; readonly checksum: string }[],
): string {
  const { bits } = kinds[name];
  const operators = new Map<number, Matrix>();
  let value = 0n;
  for (const { bytes, checksum } of parts) {
    let operator = operators.get(bytes);
    if (operator === undefined) operators.set(bytes, (operator = zeros(name, bytes)));
    value = times(operator, value) ^ BigInt(`0x${Buffer.from(checksum, 'base64').toString('hex') || '0'}`);
  }
  return Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex').toString('base64');
}

/** What `bytes` zeros do to a register. */
function zeros(name: CrcName, bytes: number): Matrix {
  const { poly, bits } = kinds[name];
  // One zero bit: the lowest bit becomes the polynomial, each other moves down by one.
  let square: Matrix = Array.from({ length: bits }, (_, bit) => (bit === 0 ? poly : 1n << BigInt(bit - 1)));
  let result: Matrix = Array.from({ length: bits }, (_, bit) => 1n << BigInt(bit));
  for (let left = BigInt(bytes) * 8n; left > 0n; left >>= 1n) {
    if (left & 1n) {
      const now = square;
      result = result.map((column) => times(now, column));
    }
    const before = square;
    square = square.map((column) => times(before, column));
  }
  return result;
}

function times(matrix: Matrix, vector: bigint): bigint {
  let sum = 0n;
  for (let bit = 0, left = vector; left > 0n; bit++, left >>= 1n) if (left & 1n) sum ^= matrix[bit] ?? 0n;
  return sum;
}
