import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../src/facts/host.ts';
import { describePlan } from '../../src/plan/describe-plan.ts';
import type { FileChange } from '../../src/plan/document.ts';
import type { Plan } from '../../src/plan/plan.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  leafPath,
  STATE_FILE,
} from '../../src/kubeadm/paths.ts';
import { KUBEADM_POLICY } from '../../src/pki/authority.ts';
import type { Step } from '../../src/steps/index.ts';
import type { PlannedFile } from '../../src/cluster/planned-cluster.ts';
import { otherCa } from '../cluster/example.ts';
import {
  type SampleChanges,
  convergePlan,
  createPlan,
  fileFact,
  FRESH_TOKEN,
  hostsWith,
  IMAGE,
  oldLeaf,
  ownCa,
  runningHosts,
  sampleManifest,
  samplePlan,
  stage,
  unreadFact,
} from './sample.ts';

const PATH = '/etc/kubernetes/example.yaml';

function described(plan: Plan, facts: ReadonlyMap<string, HostFacts>, broughtCertificate?: string) {
  return describePlan({
    plan,
    operation: 'deploy',
    facts,
    ...(broughtCertificate === undefined ? {} : { broughtCertificate }),
  });
}

/** Returns the changes to the files of infra1 in a plan of these steps. */
function changes(
  steps: readonly Step[],
  facts: ReadonlyMap<string, HostFacts>,
  plan: SampleChanges = {},
): readonly FileChange[] {
  const document = described(samplePlan({ stages: [stage(steps)], ...plan }), facts);
  return document.hosts.find(({ name }) => name === 'infra1')?.files ?? [];
}

function deliver(...files: readonly PlannedFile[]): Step {
  return { kind: 'deliver-files', host: 'infra1', why: '', files };
}

function text(content: string, mode = '644'): PlannedFile {
  return { path: PATH, mode, content: { from: 'text', text: content } };
}

describe('text files', () => {
  test('one that is not there is all added lines', () => {
    expect(changes([deliver(text('a\nb\n'))], hostsWith([]))).toEqual([
      {
        path: PATH,
        change: 'create',
        mode: '644',
        diff: `--- /dev/null\n+++ ${PATH}\n@@ -0,0 +1,2 @@\n+a\n+b\n`,
      },
    ]);
  });

  test('one that is replaced is a unified diff', () => {
    expect(changes([deliver(text('a\nc\n'))], hostsWith([fileFact(PATH, 'a\nb\n', '600')]))).toEqual([
      {
        path: PATH,
        change: 'replace',
        mode: '644',
        diff: `--- ${PATH}\n+++ ${PATH}\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n`,
        note: 'mode was 600',
      },
    ]);
  });

  test('one that is as planned is left out', () => {
    expect(changes([deliver(text('a\n'))], hostsWith([fileFact(PATH, 'a\n', '644')]))).toEqual([]);
    expect(changes([deliver(text('a\n'))], hostsWith([unreadFact(PATH, 'a\n', '0644')]))).toEqual([]);
  });

  test('one with other attributes only is a change of mode', () => {
    const facts = hostsWith([{ ...fileFact(PATH, 'a\n', '666'), owner: '1000:1000' }]);
    const change = { path: PATH, change: 'mode', mode: '644', note: 'mode was 666; owner was 1000:1000' };
    expect(changes([deliver(text('a\n'))], facts)).toEqual([change]);
    const modes: Step = { kind: 'set-modes', host: 'infra1', why: '', modes: new Map([[PATH, '644']]) };
    expect(changes([modes], facts)).toEqual([change]);
  });

  test('one whose text was not read is named by its digest', () => {
    const unread = unreadFact(PATH, 'x\n', '644');
    const [change] = changes([deliver(text('a\n'))], hostsWith([unread]));
    expect(change?.change).toBe('replace');
    expect(change?.note).toBe(`the present contents were not read (SHA-256 ${unread.sha256 ?? ''})`);
  });

  test('one that is delivered twice counts once, as it is in the end', () => {
    const files = changes([deliver(text('a\n')), deliver(text('b\n', '600'))], hostsWith([]));
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ mode: '600', diff: expect.stringContaining('+b') });
  });

  test('two that have nothing in common are compared in time', () => {
    const lines = (word: string): string =>
      Array.from({ length: 20_000 }, (_, at) => `${word}${at}\n`).join('');
    const begin = performance.now();
    const [change] = changes([deliver(text(lines('new')))], hostsWith([fileFact(PATH, lines('old'), '644')]));
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(change?.diff).toContain(`@@ -1,20000 +1,20000 @@\n-old0\n`);
    expect(change?.diff).toMatch(/\n\+new19999\n$/);
    const [created] = changes([deliver(text(lines('new')))], hostsWith([]));
    expect(created?.diff).toContain(`--- /dev/null\n+++ ${PATH}\n@@ -0,0 +1,20000 @@\n+new0\n`);
  });
});

describe('keys and certificates', () => {
  const server = (part: 'certificate' | 'key'): PlannedFile => ({
    path: leafPath('server', part),
    mode: part === 'key' ? '600' : '644',
    content: { from: 'leaf', name: 'server', part },
  });

  const ca: PlannedFile = {
    path: CA_CERTIFICATE,
    mode: '644',
    content: { from: 'authority', part: 'certificate' },
  };
  const caKey: PlannedFile = { path: CA_KEY, mode: '600', content: { from: 'authority', part: 'key' } };

  test('new ones are reported by what they are for', () => {
    expect(changes([deliver(server('certificate'), server('key'))], hostsWith([]))).toEqual([
      {
        path: leafPath('server', 'certificate'),
        change: 'create',
        mode: '644',
        note: 'server certificate of the member, CN=infra1',
      },
      {
        path: leafPath('server', 'key'),
        change: 'create',
        mode: '600',
        note: 'private key, created by this run',
      },
    ]);
  });

  test('of a renewed one the old is named by fingerprint and end', () => {
    expect(changes([deliver(server('certificate'), server('key'))], runningHosts())).toEqual([
      {
        path: leafPath('server', 'certificate'),
        change: 'renew',
        mode: '644',
        note: `server certificate of the member, CN=infra1; replaces SHA-256 ${oldLeaf.certificate.fingerprint256}, valid until 2026-06-01T00:00:00Z`,
      },
      {
        path: leafPath('server', 'key'),
        change: 'replace',
        mode: '600',
        note: 'private key, replaced; mode was 640',
      },
    ]);
  });

  test('choices that differ from kubeadm are reported, and so approved with the plan', () => {
    const certificates = {
      ...KUBEADM_POLICY,
      keyAlgorithm: 'ECDSA-P384',
      leafDays: 90,
      extraSans: ['a.example.com'],
    } as const;
    const plan = { certificates, authority: { from: 'made' } } as const;
    const notes = changes([deliver(ca, server('certificate'))], hostsWith([]), plan).map(({ note }) => note);
    expect(notes).toEqual([
      'certificate of the CA, created by this run, ECDSA-P384',
      'server certificate of the member, CN=infra1, ECDSA-P384, valid for 90 days, also for a.example.com',
    ]);
  });

  test('what lies in the place of a certificate and is none is named by its digest', () => {
    const broken = fileFact(leafPath('server', 'certificate'), 'broken', '644');
    const [change] = changes([deliver(server('certificate'))], hostsWith([broken]));
    expect(change?.note).toContain(
      `replaces a file that is not a certificate (SHA-256 of the file ${broken.sha256 ?? ''})`,
    );
  });

  test.each([
    [
      'made',
      { from: 'made' },
      'certificate of the CA, created by this run',
      'private key, created by this run',
    ],
    [
      'brought',
      { from: 'input' },
      'certificate of the CA from the inputs',
      'private key of the CA from the inputs',
    ],
  ] as const)('a CA that is %s', (_what, authority, certificate, key) => {
    const notes = changes([deliver(ca, caKey)], hostsWith([]), { authority }).map(({ note }) => note);
    expect(notes).toEqual([certificate, key]);
  });

  test('a CA certificate that lies there already is left out; another one is named', () => {
    const plan = {
      authority: { from: 'certificate-only', host: 'infra0' },
      authorityCertificate: ownCa.certificatePem,
    } as const;
    const facts = hostsWith([fileFact(CA_CERTIFICATE, ownCa.certificatePem, '644')]);
    expect(changes([deliver(ca)], facts, plan)).toEqual([]);
    const brought = samplePlan({ stages: [stage([deliver(ca)])], authority: { from: 'input' } });
    const [, infra1] = described(brought, facts, otherCa.certificatePem).hosts;
    expect(infra1?.files[0]?.note).toMatch(
      new RegExp(
        `^certificate of the CA from the inputs, .*SHA-256 ${otherCa.fingerprint}.*; replaces SHA-256 ${ownCa.fingerprint}`,
      ),
    );
  });

  test('no PEM is in the document', () => {
    for (const document of [
      described(createPlan(), hostsWith([])),
      described(convergePlan(), runningHosts()),
    ]) {
      expect(JSON.stringify(document)).not.toContain('-----BEGIN');
    }
  });
});

describe('the manifest', () => {
  const render: Step = {
    kind: 'render-manifest',
    host: 'infra1',
    why: '',
    image: IMAGE,
    wanted: [{ name: 'name', value: 'infra1' }],
  };
  const restart: Step = {
    kind: 'restart-member',
    host: 'infra1',
    why: '',
    dataDir: '/d',
    criEndpoint: 'unix:///c',
    mayLackData: false,
  };
  const manifest = (...flags: string[]) => fileFact(ETCD_MANIFEST, sampleManifest(flags));

  test('a strange flag is dropped, the wanted one is set', () => {
    const facts = hostsWith([manifest('snapshot-count=10000', 'name=a', 'quota-backend-bytes=1')]);
    const [change] = changes([render, restart], facts);
    expect(change).toMatchObject({
      change: 'replace',
      mode: '600',
      note: "as the host's kubeadm will probably render it",
    });
    expect(change?.diff?.match(/^[-+] .*$/gm)).toEqual([
      '-    - --name=a',
      '-    - --quota-backend-bytes=1',
      '+    - --name=infra1',
    ]);
  });

  test('on a host without one the flags are listed', () => {
    expect(changes([render, restart], hostsWith([]))).toEqual([
      {
        path: ETCD_MANIFEST,
        change: 'create',
        mode: '600',
        note: `rendered by the host's kubeadm: image ${IMAGE}; besides kubeadm's own flags --name=infra1`,
      },
    ]);
  });

  test('one that kubeadm did not write is replaced, with the flags listed', () => {
    const [change] = changes([render, restart], hostsWith([fileFact(ETCD_MANIFEST, 'kind: Pod\n')]));
    expect(change).toMatchObject({ change: 'replace', note: expect.stringContaining('--name=infra1') });
  });

  test('one that is rendered aside and not put in place does not change', () => {
    expect(changes([render], hostsWith([]))).toEqual([]);
  });

  test('one that is as wanted is left out, and the restart says what it hangs on', () => {
    const facts = hostsWith([manifest('name=infra1')]);
    const document = described(samplePlan({ stages: [stage([render, restart])] }), facts);
    expect(document.hosts[1]).toMatchObject({
      files: [],
      restarts: ['etcd: only if the rendered manifest differs'],
    });
  });

  test('an override of a flag of kubeadm that goes away is reported: its own value is not known here', () => {
    const configuration = `---\nkind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      - name: snapshot-count\n        value: "5"\n`;
    const facts = hostsWith([manifest('name=infra1'), fileFact(KUBEADM_CONFIG, configuration)]);
    expect(changes([render, restart], facts)[0]?.note).toContain(
      "--snapshot-count is reset to kubeadm's own value",
    );
  });

  test('one that was edited on the host is reported: edits outside the flags are not known here', () => {
    const state = { files: { [ETCD_MANIFEST]: 'another' } } as unknown as HostFacts['state'];
    const [change] = changes([render, restart], hostsWith([manifest('name=infra1')], { state }));
    expect(change).toMatchObject({
      change: 'replace',
      note: expect.stringContaining('it was edited on the host'),
    });
  });
});

test('the record is reported, not shown', () => {
  const record: Step = { kind: 'record-member', host: 'infra1', why: '' };
  expect(changes([record], hostsWith([]))).toEqual([
    { path: STATE_FILE, change: 'create', mode: '600', note: "the action's own record" },
  ]);
});

test('a restart of kubelet counts only where it is restarted', () => {
  const start = (restart: boolean): Step => ({ kind: 'start-kubelet', host: 'infra1', why: '', restart });
  const restarts = [true, false].map(
    (restart) =>
      described(samplePlan({ stages: [stage([start(restart)])] }), hostsWith([])).hosts[1]?.restarts,
  );
  expect(restarts).toEqual([['kubelet'], []]);
});

test('gates are words, and the document is JSON as it stands', () => {
  const document = described(convergePlan(), runningHosts());
  expect(document.stages.at(-1)).toMatchObject({
    order: 'in-turn',
    before: 'a majority is healthy without infra1',
    after: 'infra1 is healthy',
  });
  expect(document.hosts.map(({ name }) => name)).toEqual(['infra0', 'infra1', 'infra2']);
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

describe('a fresh token', () => {
  test('stands nowhere in the document', () => {
    const document = JSON.stringify(described(createPlan(), hostsWith([])));
    expect(document).not.toContain(FRESH_TOKEN);
    expect(document).toContain('(created by the run)');
  });

  test('stands for nothing that other runs know as well', () => {
    const known = { ...createPlan(), madeUp: [] };
    expect(JSON.stringify(described(known, hostsWith([])))).toContain(FRESH_TOKEN);
  });
});
