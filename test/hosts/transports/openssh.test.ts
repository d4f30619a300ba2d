import { pinned, usableKey } from '../ssh/client.ts';
import { OpensshRun } from '../ssh/openssh.ts';
import { Sshd } from '../ssh/sshd.ts';
import { type KeyPair, sshKeygen } from '../ssh/tools.ts';
import { describeContract, describeOneSession, type Subject } from './contract.ts';
import { needing } from '../../needs.ts';

const needed = needing('root', 'sshd', 'ssh');

function openssh(name: string, config: readonly string[], more: Partial<Subject> = {}): Subject {
  let sshd: Sshd;
  let login: KeyPair;
  let run: OpensshRun;
  return {
    name,
    async start(temporary) {
      login = sshKeygen(temporary, 'login', 'ed25519');
      sshd = await Sshd.start(temporary, 'sshd', login, {}, config);
      run = new OpensshRun(temporary);
    },
    async stop() {
      await run.end();
      await sshd.stop();
    },
    connect: (log) =>
      run.connect(sshd.port, {
        user: 'root',
        key: usableKey(login.privateText),
        pins: pinned(sshd.port, sshd.hostKey.host),
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

needed.describe('openssh, before a real sshd', () => {
  describeContract(openssh('openssh', []));
  describeContract(
    openssh('openssh, where the server forwards nothing', ['AllowTcpForwarding no'], {
      only: 'connections',
      halfCloses: false,
      tellsOfConnections: /a shell on the host makes them instead/,
    }),
  );
  describeOneSession(
    openssh('openssh, where the server allows one session', ['AllowTcpForwarding no', 'MaxSessions 1']),
  );
});
