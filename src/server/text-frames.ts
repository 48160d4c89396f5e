/**
 * Text messages of a server as WebSocket frames (RFC 6455 §5.2: unmasked, whole, not compressed) in one piece, to be written at once. `parts` are
 * the two halves of each message in turn, so that what many messages have in common is made once.
 */
export function textFrames(parts: readonly Buffer[]): Buffer {
  let size = 0;
  for (let n = 0; n < parts.length; n += 2) {
    const length = lengthOf(parts, n);
    size += length + headerSize(length);
  }
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (let n = 0; n < parts.length; n += 2) {
    at = writeHeader(frames, at, lengthOf(parts, n));
    at += parts[n]?.copy(frames, at) ?? 0;
    at += parts[n + 1]?.copy(frames, at) ?? 0;
  }
  return frames;
}

const lengthOf = (parts: readonly Buffer[], n: number): number => (parts[n]?.length ?? 0) + (parts[n + 1]?.length ?? 0);
const headerSize = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** Answers where the message begins. */
function writeHeader(frames: Buffer, at: number, length: number): number {
  // The last frame of its message, and of text.
  frames[at] = 0x81;
  if (length < 126) {
    frames[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    frames[at + 1] = 126;
    return frames.writeUInt16BE(length, at + 2);
  }
  frames[at + 1] = 127;
  return frames.writeBigUInt64BE(BigInt(length), at + 2);
}
