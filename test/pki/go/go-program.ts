import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorityOf } from '../../../src/pki/authority.ts';
import { issueLeaf } from '../../../src/pki/leaf.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { KEY } from './certificate-parts.ts';
import type { Case } from './corpus.ts';

/** Go's verdict on a certificate; empty: it accepts it, and what it signs. */
export interface GoVerdict {
  readonly parse?: string;
  readonly unhandledCritical?: readonly string[];
  readonly verify?: string;
}

/** Verification time of the certificates in the corpus. */
export const NOW = new Date('2026-06-01T00:00:00Z');
export const MEMBER = { name: 'infra0', address: '10.0.0.6' };

/** Builds the Go program, which needs no modules, and returns its verdicts by the names of the cases. */
export async function askGo(cases: readonly Case[]): Promise<Record<string, GoVerdict>> {
  const folder = mkdtempSync(join(tmpdir(), 'go-verdicts-'));
  try {
    const program = join(folder, 'verdicts');
    const cwd = join(import.meta.dirname, 'verdicts');
    const env = {
      ...process.env,
      GO111MODULE: 'on',
      GOFLAGS: '-mod=mod',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
    };
    const built = spawnSync('go', ['build', '-o', program, '.'], { cwd, env, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`go build: ${built.stderr}`);
    const question = { now: NOW.toISOString(), cases: await Promise.all(cases.map(asQuestion)) };
    const ran = spawnSync(program, { input: JSON.stringify(question), encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (ran.status !== 0) throw new Error(`verdicts: ${ran.stderr}`);
    return JSON.parse(ran.stdout) as Record<string, GoVerdict>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function asQuestion({ name, der }: Case): Promise<{ name: string; der: string; leaf: string }> {
  return { name, der: der.toString('base64'), leaf: (await leafOf(der)).toString('base64') };
}

/** Issues a server certificate of the CA as a deploy would; no bytes if the CA has another key, or cannot be read. */
async function leafOf(der: Buffer): Promise<Buffer> {
  try {
    const authority = authorityOf(encodePem('CERTIFICATE', der));
    if (!authority.certificate.checkPrivateKey(KEY)) return Buffer.alloc(0);
    const leaf = await issueLeaf({ ...authority, key: KEY }, 'server', {
      member: MEMBER,
      algorithm: 'ECDSA-P256',
      now: NOW,
    });
    return new X509Certificate(leaf.certificatePem).raw;
  } catch {
    return Buffer.alloc(0);
  }
}
