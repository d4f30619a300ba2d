import { describe } from '@jest/globals';

import { connectLocal } from '../../../src/hosts/local/connect-local.ts';
import { PrivateFolder } from '../../../src/hosts/runner/private-folder.ts';
import { describeContract, type Subject } from './contract.ts';

const missing =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'the local host needs Linux and root'
    : undefined;
if (missing !== undefined) console.warn(`SKIPPED: test/hosts/transports/local.test.ts: ${missing}.`);

function local(): Subject {
  let folder: PrivateFolder;
  return {
    name: 'local',
    start: (temporary) => {
      folder = new PrivateFolder(temporary.path);
      return Promise.resolve();
    },
    stop: () => {
      folder.remove();
      return Promise.resolve();
    },
    connect: (log) => Promise.resolve(connectLocal({ name: 'infra0', address: '127.0.0.1', log, folder })),
    hostProcess: () => process.pid,
    secrets: () => [],
    halfCloses: true,
    kills: true,
  };
}

if (missing === undefined) describeContract(local());
else describe.skip('local', () => undefined);
