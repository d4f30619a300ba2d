/**
 * base64 of bytes as it looks where 0, 1 or 2 other bytes stand before them. Only whole groups: what the
 * neighbouring bytes share is left out.
 */
export function aligned(bytes: Buffer): string[] {
  return [0, 1, 2].map((skipped) => {
    const rest = bytes.subarray(skipped);
    return rest.subarray(0, rest.length - (rest.length % 3)).toString('base64');
  });
}
