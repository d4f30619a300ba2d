import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RemoteResult } from '../../src/hosts/transport.ts';

/** A folder with stand-ins for a host's programs, first in the PATH of the scripts that run here. */
export class StandInPrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'stand-in-programs-'));

  constructor() {
    mkdirSync(join(this.folder, 'bin'));
  }

  /** @param body of a bash script; it may write to `$folder`. */
  program(name: string, body: string): void {
    const text = `#!/bin/bash\nfolder=${this.folder}\n${body}\n`;
    writeFileSync(join(this.folder, 'bin', name), text, { mode: 0o755 });
  }

  /** Runs bash as a host's root shell does. */
  run(script: string, input: Buffer = Buffer.alloc(0)): RemoteResult {
    const env = { PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const bash = `umask 077; cd /; set -euo pipefail; { ${script}\n}`;
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', bash], { env, input });
    return { code: status, stdout, stderr: stderr.toString() };
  }

  /** Returns the output of a program. */
  read(file: string): Buffer {
    return readFileSync(join(this.folder, file));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
