import { connectLocal } from '../../../src/hosts/local/connect-local.ts';
import { PrivateFolder } from '../../../src/runner/private-folder.ts';
import { needing } from '../../needs.ts';
import { describeContract, type Subject } from './contract.ts';

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

needing('root').describe('as root', () => describeContract(local()));
