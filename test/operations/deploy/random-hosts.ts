import type { ClusterFacts } from '../../../src/cluster/gates.ts';
import type { FileFact, HostFacts } from '../../../src/facts/host.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafFiles,
  STATE_FILE,
} from '../../../src/kubeadm/paths.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  fileFact,
  leafFacts,
  leavesOf,
  MEMBERS,
  NOW,
  otherCa,
  ownCa,
  ownHost,
  pristineHost,
  type SettingsChanges,
  SHAPE,
  unmanagedHost,
  unreadFact,
  withFiles,
  withoutFiles,
} from '../../cluster/example.ts';
import { DATA_LOST, ETCD_OFF, KUBELET_OFF } from './deciding.ts';

/** Random numbers of one seed, always the same: mulberry32. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Returns true in this many of 100 cases. */
  percent(chance: number): boolean {
    return this.next() * 100 < chance;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.next() * list.length)];
    if (one === undefined) throw new Error('the list is empty');
    return one;
  }
}

/** The input of a decision. */
export interface Situation {
  readonly facts: readonly HostFacts[];
  readonly settings: SettingsChanges;
  readonly cluster?: ClusterFacts;
}

const STATES = ['pristine', 'files delivered', 'started', 'finished', 'guide'] as const;
type State = (typeof STATES)[number];

const OTHER_TOKEN = { ...SHAPE, token: 'another' };
const HEARTBEAT = { ...SHAPE, extraArgs: [{ name: 'heartbeat-interval', value: '200' }] };

/**
 * Returns hosts, inputs and a cluster of any kind; most hosts are in the same state, so that many situations have a
 * plan.
 */
export function situation(dice: Dice): Situation {
  const common = dice.pick(STATES);
  const keeper = dice.percent(85) ? 0 : dice.pick([-1, 1, 2]);
  const facts = MEMBERS.map((_, index) => {
    const state = dice.percent(90) ? common : dice.pick(STATES);
    return damaged(host(state, index, keeper === index, dice), index, dice);
  });
  const cluster = observed(facts, dice);
  return { facts, settings: inputs(dice), ...(cluster && { cluster }) };
}

function host(state: State, index: number, keepsKey: boolean, dice: Dice): HostFacts {
  const member = MEMBERS[index] ?? { name: '', address: '' };
  const shape = dice.percent(4) ? OTHER_TOKEN : dice.percent(15) ? HEARTBEAT : SHAPE;
  const options = { keepsKey, shape, ...(dice.percent(3) && { ca: otherCa.certificatePem }) };
  switch (state) {
    case 'pristine':
      return pristineHost(member);
    case 'guide':
      return unmanagedHost(member, options);
    default:
      return ownHost(member, state, options);
  }
}

/** Damages a host at random; most often not at all. */
function damaged(found: HostFacts, index: number, dice: Dice): HostFacts {
  let now = found;
  while (dice.percent(25)) now = { ...now, ...dice.pick(DAMAGES)(now, index, dice) };
  return now;
}

const RENEWED = await leavesOf(ownCa, NOW);
const FILES = [
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  ...leafFiles().map(({ path }) => path),
];

type Damage = (host: HostFacts, index: number, dice: Dice) => Partial<HostFacts>;

const DAMAGES: readonly Damage[] = [
  () => KUBELET_OFF,
  () => ETCD_OFF,
  () => ({ ...KUBELET_OFF, ...ETCD_OFF }),
  () => ({ ...DATA_LOST, ...ETCD_OFF }),
  (host) => ({ dataDir: { ...host.dataDir, exists: true, empty: false, hasLog: false, hasBlankLog: true } }),
  () => ({ images: [] }),
  (host) => ({ kubelet: { ...host.kubelet, enabled: false } }),
  (host) => ({ dataDir: { ...host.dataDir, mode: '755' } }),
  (host) => ({ dataDir: { ...host.dataDir, exists: true, empty: false } }),
  () => ({
    kubeadmVersion: { major: 1, minor: 35, patch: 0, text: 'v1.35.0' },
    etcdImage: 'registry.k8s.io/etcd:3.6.6-0',
  }),
  (host, _, dice) => withoutFiles(host, dice.pick(FILES)),
  (host, _, dice) => withoutFiles(host, dice.pick(FILES), dice.pick(FILES)),
  (host) => withoutFiles(host, STATE_FILE),
  (host) => ({ ...withoutFiles(host, STATE_FILE), state: 'absent' }),
  (host, _, dice) => changed(host, dice.pick(FILES), { mode: '640' }),
  (host, _, dice) => changed(host, dice.pick(FILES), { owner: '1000:1000' }),
  (host, _, dice) => rewritten(host, dice.pick(FILES)),
  (host) =>
    withFiles(host, [fileFact(CA_CERTIFICATE, ownCa.certificatePem, '644'), unreadFact(CA_KEY, 'key')]),
  (host, index, dice) => {
    const name = dice.pick(['server', 'peer', 'healthcheckClient', 'apiserverEtcdClient'] as const);
    const leaf = RENEWED.get(MEMBERS[index]?.name ?? '')?.[name];
    const pair = leafFacts(leaf === undefined ? {} : { [name]: leaf });
    return withFiles(host, dice.percent(50) ? pair : pair.slice(0, 1));
  },
];

function changed(host: HostFacts, path: string, changes: Partial<FileFact>): Partial<HostFacts> {
  const file = host.files.get(path);
  return file === undefined ? {} : withFiles(host, [{ ...file, ...changes }]);
}

/** Appends a comment to a file, which changes its digest but not the meaning of YAML. */
function rewritten(host: HostFacts, path: string): Partial<HostFacts> {
  const file = host.files.get(path);
  if (file === undefined) return {};
  const { text, mode } = file;
  return withFiles(host, [
    text === undefined ? unreadFact(path, 'another', mode) : fileFact(path, `${text}# edited\n`, mode),
  ]);
}

/** Returns the cluster's answers if a member runs: mostly those that follow from the hosts. */
function observed(facts: readonly HostFacts[], dice: Dice): ClusterFacts | undefined {
  const runs = (one: HostFacts): boolean => one.containers.some(({ running }) => running);
  if (!facts.some(runs) || dice.percent(5)) return undefined;
  const down = MEMBERS.filter((_, index) => !facts.slice(index, index + 1).some(runs)).map(
    ({ name }) => name,
  );
  const never = MEMBERS.filter(
    (_, index) => !facts.slice(index, index + 1).some(({ dataDir }) => dataDir.hasLog),
  ).map(({ name }) => name);
  const name = dice.pick(MEMBERS).name;
  return clusterFacts({
    down: dice.percent(90) ? down : [...down, name],
    unpublished: dice.percent(70) ? never : [],
    ...(dice.percent(3) && { stranger: true }),
    ...(dice.percent(3) && { missing: [name] }),
    ...(dice.percent(3) && { alarm: name }),
    ...(dice.percent(3) && { lagging: [name] }),
    ...(dice.percent(3) && { leader: null }),
  });
}

function inputs(dice: Dice): SettingsChanges {
  const { certificatePem, keyPem } = dice.percent(70) ? ownCa : otherCa;
  return {
    bootstrap: dice.pick(['auto', 'auto', 'allow', 'never']),
    ...(dice.percent(15) && {
      authority: { certificatePem, keyPem },
      caCustody: dice.pick(['first-host', 'input-only']),
    }),
    ...(dice.percent(20) && { extraArgs: HEARTBEAT.extraArgs }),
    ...(dice.percent(10) && { etcdImageTag: dice.pick(['3.6.6-0', '3.6.4-0', '3.7.0-0']) }),
    ...(dice.percent(10) && { kubeletConfig: { maxPods: 20 } }),
    ...(dice.percent(10) && { renewBeforeDays: 300 }),
    ...(dice.percent(3) && { peerPort: 3380 }),
    ...(dice.percent(3) && { clientPort: 3379 }),
  };
}
