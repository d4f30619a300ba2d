import { connectTo, pinned, usableKey } from '../ssh/client.ts';
import { Sshd } from '../ssh/sshd.ts';
import { type KeyPair, sshKeygen } from '../ssh/tools.ts';
import { describeContract, describeOneSession, type Subject } from './contract.ts';
import { needing } from '../../needs.ts';

const needed = needing('root', 'sshd');

function ssh2(name: string, config: readonly string[], more: Partial<Subject> = {}): Subject {
  let sshd: Sshd;
  let login: KeyPair;
  return {
    name,
    async start(folder) {
      login = sshKeygen(folder, 'login', 'ed25519');
      sshd = await Sshd.start(folder, 'sshd', login, {}, config);
    },
    stop: () => sshd.stop(),
    connect: (log) =>
      connectTo(sshd.port, {
        key: usableKey(login.privateText),
        pins: pinned(sshd.port, sshd.hostKey.host),
        user: 'root',
        log,
      }),
    hostProcess: () => sshd.pid,
    lose: () => sshd.killSessions(),
    secrets: () => login.privateText.split('\n').slice(1, -2),
    halfCloses: true,
    kills: false,
    ...more,
  };
}

needed.describe('ssh2, before a real sshd', () => {
  describeContract(ssh2('ssh2', []));
  describeContract(
    ssh2('ssh2, where the server forwards nothing', ['AllowTcpForwarding no'], {
      only: 'connections',
      halfCloses: false,
      tellsOfConnections: /a shell on the host makes them instead/,
    }),
  );
  describeOneSession(
    ssh2('ssh2, where the server allows one session', ['AllowTcpForwarding no', 'MaxSessions 1']),
  );
});
