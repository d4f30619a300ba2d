import { generateX25519Identity } from 'age-encryption';
import { createHash } from 'node:crypto';
import { NO_IDENTITIES, parseIdentities } from '../../src/backup/identities.ts';
import { openBackup } from '../../src/backup/open-backup.ts';

/**
 * `node test/backup/opening-memory.ts PATH [IDENTITY]`: opens a backup and sends it to three readers, and prints how much memory
 * that took at its highest, in MiB, beyond what the process had with its modules.
 */
const [path = '', identity] = process.argv.slice(2);
await generateX25519Identity();
const before = process.resourceUsage().maxRSS;
const peak = (): number => Math.round((process.resourceUsage().maxRSS - before) / 1024);
const identities = identity === undefined ? NO_IDENTITIES : parseIdentities(identity);
const begun = performance.now();
const backup = await openBackup({ path, identities }, { signal: new AbortController().signal });
const opened = { opening: peak(), openingMs: Math.round(performance.now() - begun) };
const read = async (): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of backup.snapshot()) hash.update(piece);
  return hash.digest('hex');
};
const digests = await Promise.all([read(), read(), read()]);
const sendingMs = Math.round(performance.now() - begun) - opened.openingMs;
await backup.close();
const good = digests.every((digest) => digest === backup.snapshotSha256);
console.log(JSON.stringify({ ...opened, sending: peak(), sendingMs, good }));
