import type { FilesystemFact } from '../../cluster/preflight/preflight-facts.ts';

/** A filesystem from one line of `findmnt -r`, in which `\x20` is a space, and one of `stat -f`. */
export function parseFilesystem(
  mount: string,
  blocks: string,
  dataDirKibibytes: number,
): FilesystemFact | undefined {
  const [type, source, mountPoint, options] = mount.split('\n')[0]?.split(' ') ?? [];
  const numbers = /^(\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(blocks);
  if (type === undefined || source === undefined || mountPoint === undefined || numbers === null) {
    return undefined;
  }
  const [, blockSize = 0, total = 0, available = 0, inodes = 0, freeInodes = 0] = numbers.map(Number);
  return {
    type,
    source: unescape(source),
    mountPoint: unescape(mountPoint),
    readOnly: options?.split(',').includes('ro') ?? false,
    sizeBytes: total * blockSize,
    freeBytes: available * blockSize,
    inodes,
    freeInodes,
    dataDirBytes: dataDirKibibytes * 1024,
  };
}

function unescape(word: string): string {
  return word.replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
