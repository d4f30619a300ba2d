import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SYNC_IMAGES } from '../../src/hosts/bash.ts';
import { memberReadyFunctions } from '../../src/steps/member/member-ready.ts';
import { StandInPrograms } from './stand-in-programs.ts';

let host: StandInPrograms;
beforeEach(() => {
  host = new StandInPrograms();
  host.program('sync', 'echo "$@" >> $folder/synced');
});
afterEach(() => host.remove());

/** Returns the synced paths, with these stores on the host. */
function synced(script: string, stores: readonly string[]): string {
  const root = join(host.folder, 'root');
  for (const store of stores) mkdirSync(join(root, store), { recursive: true });
  const { code, stderr } = host.run(
    `: > ${host.folder}/synced\n${script.replaceAll('/var/lib', `${root}/var/lib`)}`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return host.read('synced').toString().replaceAll(root, '').trim();
}

const [CONTAINERD, CRIO] = ['/var/lib/containerd', '/var/lib/containers'];

describe('the store of the container runtime', () => {
  test.each([
    [[CONTAINERD], `-f -- ${CONTAINERD}`],
    [[CRIO], `-f -- ${CRIO}`],
    // A disk of its own for CRI-O's store, on a host that has had containerd.
    [[CONTAINERD, CRIO], `-f -- ${CONTAINERD} ${CRIO}`],
    [[], ''],
  ])('%j', (stores, what) => {
    expect(synced(SYNC_IMAGES, stores)).toBe(what);
  });

  test.each([
    ['unix:///run/crio/crio.sock', `-f -- ${CRIO}`],
    ['unix:///run/containerd/containerd.sock', ''],
  ])('once a member is ready under %s', (criEndpoint, what) => {
    const functions = memberReadyFunctions({ address: '127.0.0.1', criEndpoint });
    expect(synced(`${functions}\nis_ready() { true; }; find_log_file() { :; }; await_ready`, [CRIO])).toBe(
      what,
    );
  });
});
