import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the machine's openssl and returns its output. Throws without openssl: these tests must not pass unrun. */
export function openssl(args: readonly string[], input: string | Uint8Array = ''): string {
  return execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs openssl with files that hold these texts; an argument `@name` becomes the path of the file `name`. */
export function opensslWithFiles(args: readonly string[], files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'pki-test-'));
  try {
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    const run = spawnSync(
      'openssl',
      args.map((arg) => arg.replace(/^@/, `${folder}/`)),
      { encoding: 'utf8' },
    );
    if (run.error !== undefined) throw run.error;
    return run.status === 0 ? run.stdout : `exit ${run.status ?? -1}: ${run.stdout}${run.stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the result of `openssl verify` for a leaf and a purpose (`sslserver`, `sslclient`); `ok` if it verifies. */
export function opensslVerify(leafPem: string, caPem: string, purpose: string): string {
  const said = opensslWithFiles(
    ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', '@ca.crt', '@leaf.crt'],
    {
      'ca.crt': caPem,
      'leaf.crt': leafPem,
    },
  );
  return said.trim().endsWith('leaf.crt: OK') ? 'ok' : said;
}

/** Creates a CA's certificate with openssl, independently of our code. */
export function opensslCa(options: {
  readonly keyPem: string;
  readonly subject: string;
  /** Lines of openssl's extension section. */
  readonly extensions: readonly string[];
  /** Its issuer; absent: self-signed. */
  readonly issuer?: { readonly certificatePem: string; readonly keyPem: string };
}): string {
  const config = [
    '[req]',
    'distinguished_name=dn',
    'x509_extensions=v3',
    '[dn]',
    '[v3]',
    ...options.extensions,
    '',
  ];
  const made = opensslWithFiles(
    [
      'req',
      '-new',
      '-x509',
      '-config',
      '@o.cnf',
      '-utf8',
      '-key',
      '@ca.key',
      '-subj',
      options.subject,
      '-days',
      '100',
      ...(options.issuer === undefined ? [] : ['-CA', '@issuer.crt', '-CAkey', '@issuer.key']),
    ],
    {
      'o.cnf': config.join('\n'),
      'ca.key': options.keyPem,
      ...(options.issuer !== undefined && {
        'issuer.crt': options.issuer.certificatePem,
        'issuer.key': options.issuer.keyPem,
      }),
    },
  );
  if (!made.startsWith('-----BEGIN')) throw new Error(made);
  return made;
}
