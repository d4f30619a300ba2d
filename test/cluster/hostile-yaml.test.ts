import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../src/facts/host.ts';
import { describePlan } from '../../src/plan/describe-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { RefusedError } from '../../src/findings.ts';
import {
  ETCD_MANIFEST,
  GUIDE_KUBELET_CONFIG,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
} from '../../src/kubeadm/paths.ts';
import { decide, withFile } from '../operations/deploy/deciding.ts';
import { clusterFacts } from './example-health.ts';
import { fileFact, finishedCluster, guideCluster, MEMBERS } from './example.ts';

/* YAML files are read on every host. Those of one host must neither stop the run of the others nor slow it down. */

const FILES = [ETCD_MANIFEST, KUBEADM_CONFIG, KUBELET_CONFIG, GUIDE_KUBELET_CONFIG];

/** The decision and its description, as in a run; undefined if it is refused. */
function decided(facts: readonly HostFacts[]): Plan | undefined {
  try {
    const plan = decide(facts, { cluster: clusterFacts() });
    const byName = new Map(
      MEMBERS.flatMap(({ name }, at) => facts.slice(at, at + 1).map((f) => [name, f] as const)),
    );
    describePlan({ plan, operation: 'deploy', facts: byName });
    return plan;
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

describe.each([
  ['finished', finishedCluster()],
  ['set up by hand', guideCluster()],
])('a cluster that is %s, with a file on one host that', (_, hosts) => {
  test.each([
    ['has an alias without an anchor', 'a: *b\n'],
    ['has an alias that leads back to itself', 'x: &x\n  y: *x\n'],
    ['is several documents', '---\na: 1\n---\nb: *c\n'],
    ['has a tag that is not known', '--- !!map [a]\n'],
    ['has a mapping for a key', '? {a: b}\n: c\n'],
    ['is empty', ''],
  ])('%s', (_name, text) => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    for (const path of FILES) {
      expect(() => decided(withFile(hosts, 1, fileFact(path, text)))).not.toThrow();
    }
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });

  // 250 kB of each took up to 107 s, and up to 5 s if they were cut to 64 KiB and reread by each reader.
  test.each([
    ['opens quotes', '"'],
    ['opens lists', '['],
    ['opens mappings', '{a,'],
    ['names anchors', '&a '],
    ['names one key', 'a: 1\n'],
    ['has empty lines', '\n'],
  ])('%s without end', (_name, part) => {
    const text = part.repeat(Math.floor(250_000 / part.length));
    for (const path of FILES) {
      const begun = performance.now();
      decided(withFile(hosts, 1, fileFact(path, text)));
      expect(performance.now() - begun).toBeLessThan(5_000);
    }
  });
});
