import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AT_EXIT } from '../../../src/hosts/bash.ts';
import type { RemoteResult } from '../../../src/hosts/transport.ts';
import { parsePatchTrial, tryPatches } from '../../../src/operations/preflight/patch-trial.ts';
import { needing } from '../../needs.ts';
import { StandInPrograms } from '../../steps/stand-in-programs.ts';

const FOLDER = '/etc/kubernetes/etcd-ha-action/patches/0123456789abcdef';
const TRIAL = {
  configuration: `---\nkind: InitConfiguration\npatches:\n  directory: ${FOLDER}\n---\nname: it's\n`,
  folder: FOLDER,
  patches: [
    { name: 'etcd+merge.yaml', text: 'metadata: { annotations: { a: "it\'s $HOME" } }\n' },
    { name: 'etcd~wal-dir+strategic.yaml', text: 'spec: {}\n' },
  ],
};

// It makes its folder below /run.
needing('root').describe('the script', () => {
  let programs: StandInPrograms;
  beforeEach(() => {
    programs = new StandInPrograms();
  });
  afterEach(() => programs.remove());

  /** A kubeadm that renders its configuration, followed by the patches that it names. */
  function kubeadm(more = ''): void {
    programs.program(
      'kubeadm',
      `while [ "$1" != --config ]; do shift; done
       patches=$(sed -n 's/^  directory: //p' "$2")
       stat -c %a "\${2%/*}" >> "$folder/modes"
       ${more}
       mkdir -p "$KUBEADM_INIT_DRYRUN_DIR/etc/kubernetes/manifests"
       cat "$2" \${patches:+"$patches"/*} > "$KUBEADM_INIT_DRYRUN_DIR/etc/kubernetes/manifests/etcd.yaml"`,
    );
  }

  function run(): RemoteResult {
    return programs.run(`${AT_EXIT}; ${tryPatches(TRIAL).script}`);
  }

  function scratches(): string[] {
    return readdirSync('/run').filter((name) => name.startsWith('etcd-ha-action.'));
  }

  test('is declared to write aside', () => {
    expect(tryPatches(TRIAL).effect).toBe('writes-aside');
  });

  test('renders with the patches and without them, in a private folder of which nothing stays', () => {
    kubeadm();
    const before = scratches();
    const result = run();
    const plain = "---\nkind: InitConfiguration\n---\nname: it's\n";
    expect(parsePatchTrial(result)).toEqual({
      outcome: 'rendered',
      plain,
      patched: expect.stringMatching(
        /^---\nkind: InitConfiguration\npatches:\n {2}directory: \/run\/etcd-ha-action\.\w+\/patches\n---\nname: it's\nmetadata: \{ annotations: \{ a: "it's \$HOME" \} \}\nspec: \{\}\n$/,
      ),
    });
    expect(programs.read('modes').toString()).toBe('700\n700\n');
    expect(scratches()).toEqual(before);
  });

  test.each([
    ['patches-refused', 'if [ -n "$patches" ]; then echo "no such path" >&2; exit 1; fi'],
    ['configuration-refused', 'echo "no such path" >&2; exit 1'],
    ['configuration-refused', 'echo "error unmarshaling configuration: no such path" >&2'],
  ])('%s, and nothing stays', (outcome, more) => {
    kubeadm(more);
    const before = scratches();
    expect(parsePatchTrial(run())).toEqual({ outcome, said: expect.stringContaining('no such path') });
    expect(scratches()).toEqual(before);
  });
});

describe('its result', () => {
  test('of a script that ended in another way is unknown', () => {
    expect(parsePatchTrial({ code: 1, stdout: Buffer.alloc(0), stderr: 'mktemp: full' })).toBeUndefined();
    const killed = { code: null, signal: 'SIGKILL', stdout: Buffer.alloc(0), stderr: '' };
    expect(parsePatchTrial(killed)).toBeUndefined();
  });
});
