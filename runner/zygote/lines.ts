/** Messages on a byte stream: one JSON document a line. Used at both ends of the socket into a box. */

/** Cuts a byte stream into lines; throws a RangeError when one grows beyond `maxBytes`, so that a sender cannot fill our memory. */
export function createLineReader(maxBytes: number): (chunk: Uint8Array) => string[] {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let bytes = 0;
  return (chunk) => {
    const lines: string[] = [];
    for (let start = 0; start < chunk.length;) {
      const newline = chunk.indexOf(0x0a, start);
      const end = newline === -1 ? chunk.length : newline;
      bytes += end - start;
      if (bytes > maxBytes) throw new RangeError(`a message is longer than ${maxBytes} bytes`);
      parts.push(decoder.decode(chunk.subarray(start, end), { stream: newline === -1 }));
      if (newline === -1) break;
      lines.push(parts.join(""));
      parts = [];
      bytes = 0;
      start = newline + 1;
    }
    return lines;
  };
}
