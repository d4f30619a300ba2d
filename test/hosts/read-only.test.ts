import { expect, test } from '@jest/globals';
import { HostError } from '../../src/hosts/host-error.ts';
import { limitedTo } from '../../src/hosts/transport.ts';
import { deliverFiles } from '../../src/steps/put-files.ts';
import { diskTest } from '../../src/operations/preflight/examine.ts';
import { tryPatches } from '../../src/operations/preflight/patch-trial.ts';
import { pullImage } from '../../src/steps/pull-image.ts';
import { readFileScript } from '../../src/run/read-text.ts';
import { listPki } from '../../src/steps/verify-files.ts';
import { renderManifest } from '../../src/hosts/render-manifest.ts';
import { restartMember } from '../../src/steps/restart-member.ts';
import { setModes } from '../../src/steps/set-modes.ts';
import { startKubelet } from '../../src/steps/start-kubelet.ts';
import { startMember } from '../../src/steps/start-member.ts';
import { standInTransport } from '../engine/stand-ins.ts';

const member = {
  address: '10.0.0.6',
  dataDir: '/var/lib/etcd',
  criEndpoint: 'unix:///s',
  onProgress: () => undefined,
};

// Covers every script of the action: a new one that changes a host must be marked to be refused.
test.each([
  deliverFiles('deliver files', [], { forgetReplaced: false }),
  diskTest('/var/lib/etcd'),
  tryPatches({ configuration: '', folder: '/p', patches: [] }),
  pullImage('etcd:1', 'unix:///s'),
  renderManifest(true),
  restartMember({ ...member, currentSha256: 'absent', renderedSha256: 'ab', mayLackData: false }),
  setModes(new Map()),
  startKubelet({ restart: false }),
  startMember({ ...member, hadContainers: false }),
])('nothing of "$title" is sent to a host that may only be looked at', async (script) => {
  const happened: string[] = [];
  const refused = limitedTo('reads', standInTransport('infra0', happened)).run(script);
  await expect(refused).rejects.toThrow(HostError);
  await expect(refused).rejects.toThrow(/nothing was sent to it/);
  expect(happened).toEqual([]);
});

const trial = { configuration: '', folder: '/p', patches: [] };

test.each([diskTest('/var/lib/etcd'), tryPatches(trial)])(
  'a run that may write aside runs "$title", and nothing that changes the host',
  async (script) => {
    const happened: string[] = [];
    const transport = limitedTo('writes-aside', standInTransport('infra0', happened));
    expect((await transport.run(script)).code).toBe(0);
    await expect(transport.run(setModes(new Map()))).rejects.toThrow(/nothing was sent to it/);
    expect(happened).toHaveLength(1);
  },
);

test.each([listPki(), readFileScript('/etc/hostname')])('"$title" is run', async (script) => {
  const happened: string[] = [];
  expect((await limitedTo('reads', standInTransport('infra0', happened)).run(script)).code).toBe(0);
  expect(happened).toHaveLength(1);
});

test('the rest is that of the connection', async () => {
  let closed = false;
  const inner = {
    ...standInTransport('infra0', []),
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
  const transport = limitedTo('reads', inner);
  expect(transport.name).toBe('infra0');
  expect(transport.statistics()).toEqual(inner.statistics());
  await expect(transport.openTcp('10.0.0.6', 2379)).rejects.toThrow('the stand-in has no ports');
  await transport.close();
  expect(closed).toBe(true);
});
