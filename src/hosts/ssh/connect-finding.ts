import type { Finding } from '../../findings.ts';
import type { KeyLabel } from '../../ssh-keys/certificate.ts';
import { printable, seconds } from '../../text/printable.ts';
import {
  type ConnectFailure,
  type ConnectStage,
  isBooting,
  joinHostPort,
  type SshTarget,
} from './connect-failure.ts';

/** Explains the failure to the user. @param keys the keys offered, in the order in which they are tried. */
export function connectFinding(
  target: SshTarget,
  keys: readonly KeyLabel[],
  failure: ConnectFailure,
): Finding & { readonly host: string } {
  return {
    host: target.name,
    at: 'connect',
    ...explain(target, keys, failure),
  };
}

function explain(
  target: SshTarget,
  keys: readonly KeyLabel[],
  failure: ConnectFailure,
): Omit<Finding, 'host' | 'at'> {
  const key = keys.map(({ type, fingerprint }) => `${type} key ${fingerprint}`).join(' or the ');
  const listed = keys.length > 1 ? 'one of these fingerprints' : 'this fingerprint';
  const { user, via, portInput = 'ssh-port' } = target;
  const place = joinHostPort(target);
  const seen = via === undefined ? '' : `, as ${via} sees it`;
  switch (failure.kind) {
    case 'name':
      return {
        code: 'ssh-name-unresolved',
        fact: `the name ${target.address} does not resolve (${failure.code})${seen}.`,
        cause: 'a typing error, or a name that only the private DNS of the hosts knows.',
        fix: `give the IP address instead of the name, or make sure that ${via ?? 'the runner'} can resolve it.`,
      };
    case 'refused':
      return {
        code: 'ssh-connection-refused',
        fact: `${place} refuses connections${seen}.`,
        cause: 'the SSH server is not running, or listens on another port.',
        fix: `start it on the host (\`systemctl enable --now ssh\`, on Red Hat \`sshd\`), or give its port in \`${portInput}\`.`,
      };
    case 'unreachable':
      return {
        code: 'ssh-host-unreachable',
        fact: `there is no route to ${place} (${failure.code})${seen}.`,
        ...unreachable(via),
      };
    case 'not-forwarded':
      return {
        code: 'bastion-forwarding-refused',
        fact: `${via ?? 'the bastion'} does not forward connections to ${place} (${printable(failure.said)}).`,
        cause:
          '`AllowTcpForwarding no`, `DisableForwarding yes` or PermitOpen in its sshd_config, or `restrict` before the key in authorized_keys.',
        fix: 'allow it there for this user: `Match User NAME` with `DisableForwarding no` and `AllowTcpForwarding local` in sshd_config, or `port-forwarding` after `restrict`.',
      };
    case 'way-lost':
      return {
        code: 'ssh-connection-lost',
        fact: `the connection to ${via ?? 'the bastion'} was lost (${printable(failure.said)}).`,
        cause: 'it was restarted or lost its network, or a firewall forgot the connection.',
        fix: 'make sure that it is up, then run again.',
      };
    case 'silent':
      return failure.stage === 'connect'
        ? {
            code: 'ssh-host-unreachable',
            fact: `${place} does not answer within ${seconds(failure.afterMs)}${seen}.`,
            ...unreachable(via),
          }
        : silent(place, failure.stage, failure.afterMs, portInput);
    case 'closed':
      return closed(place, failure.stage, failure.said);
    case 'not-ssh':
      return {
        code: 'not-an-ssh-server',
        fact: `the service on ${place} is not an SSH server; it says: ${printable(failure.said, 100)}`,
        cause: 'the port belongs to another service.',
        fix: `give the port of the SSH server in \`${portInput}\`.`,
      };
    case 'algorithms':
      return {
        code: 'ssh-algorithms-incompatible',
        fact: `${place} and this action have no ${failure.what} in common.`,
        cause:
          'the server is old, or so hardened that it allows only algorithms that the action does not offer: SHA-1 never, post-quantum key exchange and host certificates only with `transport: openssh`.',
        fix: 'on the host, let `sshd -T` show the lists and allow one of: curve25519-sha256 (KexAlgorithms), ssh-ed25519 or rsa-sha2-512 (HostKeyAlgorithms), aes128-gcm@openssh.com (Ciphers).',
      };
    case 'host-key':
      return failure.finding;
    case 'host-key-unproven':
      return {
        code: 'host-key-unproven',
        fact: `${place} shows the known host key but cannot prove that it holds it.`,
        cause: 'someone is between the runner and the host.',
        fix: 'stop here; find out which machine answers on this address.',
      };
    case 'authentication':
      return {
        code: 'ssh-login-refused',
        fact: `${place} does not let user ${user} in with the ${key}${accepts(failure.methods)}${saying(failure.said ?? '')}.`,
        cause: `the public key is not in ~${user}/.ssh/authorized_keys, the user is another one, sshd finds the permissions of these files too wide, or the password of the user is locked and sshd runs with \`UsePAM no\`.`,
        fix: `on the host, \`sudo ssh-keygen -lf ~${user}/.ssh/authorized_keys\` must list ${listed}; \`sudo journalctl -u ssh -u sshd -n 20\` shows why sshd refused it.`,
      };
    case 'nologin':
      return {
        code: 'host-logins-closed',
        fact: `${place} lets only root log in${saying(failure.said)}.`,
        cause: isBooting(failure.said)
          ? 'the host is still starting, for example after its creation.'
          : 'the host is shutting down, or /run/nologin or /etc/nologin was left behind.',
        fix: 'wait until `systemctl is-system-running` on the host says running or degraded, then run again; a longer `ssh-connect-timeout` waits for it.',
      };
    case 'second-factor':
      return {
        code: 'ssh-second-factor',
        fact: `${place} accepted the ${key} of user ${user} but requires more${accepts(failure.methods)}.`,
        cause:
          'AuthenticationMethods in sshd_config asks this user for a second factor, which an unattended run cannot give.',
        fix: `exempt the user: \`Match User ${user}\` with \`AuthenticationMethods publickey\`.`,
      };
    case 'sha1-only':
      return {
        code: 'ssh-sha1-only',
        fact: `${place} accepts signatures of RSA keys only with SHA-1.`,
        cause:
          'the SSH server is from before 2016; the action makes no SHA-1 signatures, because they can be forged.',
        fix: 'use an Ed25519 key, or a newer SSH server.',
      };
    case 'agent':
      return {
        code: 'ssh-agent-signs-not',
        fact: `${place} accepts the ${key} of user ${user}, but the ssh-agent does not sign with it: ${printable(failure.said)}.`,
        cause: 'the agent has ended or is locked, or each use of the key must be confirmed (`ssh-add -c`).',
        fix: 'add the key to an agent that signs without asking, or give ssh-private-key.',
      };
    case 'no-client':
      return {
        code: 'runner-ssh-unusable',
        fact: 'there is no `ssh` on the runner.',
        cause:
          '`transport: openssh` uses the OpenSSH client of the runner, and it is not installed, or not in PATH.',
        fix: 'install it (`apt-get install openssh-client`, `dnf install openssh-clients`), or leave `transport` out.',
      };
    case 'no-account':
      return {
        code: 'runner-ssh-unusable',
        fact: `the runner's ssh does not work for the user of this job: ${printable(failure.said)}.`,
        cause:
          'the job runs under a user id that /etc/passwd of the runner or of its container does not have, as with `options: --user`.',
        fix: 'run the job as a user that exists, or add a line for this id to /etc/passwd of the image; or leave `transport` out.',
      };
    case 'unfit-host-key':
      return {
        code: 'runner-ssh-unusable',
        fact: `the runner's ssh does not accept the host key of ${place}: ${printable(failure.said)}.`,
        cause:
          'an RSA key of fewer bits than ssh requires (RequiredRSASize in ssh_config: 1024, on hardened systems 2048).',
        fix: 'give the host a new key (`ssh-keygen -t ed25519 -f /etc/ssh/ssh_host_ed25519_key`), and list that one.',
      };
    case 'old-client':
      return {
        code: 'runner-ssh-unusable',
        fact: `the runner's ssh cannot be used: ${printable(failure.said)}.`,
        cause: 'it is older than OpenSSH 7.4, or another program of the same name.',
        fix: 'install OpenSSH 7.4 or later (`ssh -V` shows the version), or leave `transport` out.',
      };
    case 'client-config':
      return {
        code: 'runner-ssh-unusable',
        fact: `the runner's ssh cannot read its configuration: ${printable(failure.said)}`,
        cause:
          'a line of ~/.ssh/config or /etc/ssh/ssh_config on the runner that this ssh does not know, or a file that others can write to.',
        fix: 'correct it until `ssh -G 127.0.0.1` works on the runner.',
      };
    case 'disconnected':
      return /too many authentication failures/i.test(failure.said)
        ? {
            code: 'ssh-authentication-ended',
            fact: `${place} broke off: too many authentication failures for user ${user} with the ${key}.`,
            cause:
              'the key is not in authorized_keys and MaxAuthTries in sshd_config is low; nothing else was tried.',
            fix: `on the host, \`sudo ssh-keygen -lf ~${user}/.ssh/authorized_keys\` must list ${listed}.`,
          }
        : {
            code: 'ssh-authentication-ended',
            fact: `${place} broke off, saying: ${printable(failure.said)}`,
            cause: 'a rule of the SSH server.',
            fix: 'look at its log on the host: `sudo journalctl -u ssh -u sshd -n 20`.',
          };
    case 'protocol':
      return {
        code: 'ssh-conversation-failed',
        fact: `the SSH protocol with ${place} failed: ${printable(failure.said)}`,
        cause: 'the server, or a device in between, violates the protocol.',
        fix: 'try `ssh -v` from the same network, and look at the log of the SSH server.',
      };
  }
}

function unreachable(via: string | undefined): Pick<Finding, 'cause' | 'fix'> {
  if (via !== undefined) {
    return {
      cause: `the host is down, the address is wrong, or a firewall drops ${via}.`,
      fix: `check the address and the firewall: ${via} must reach it.`,
    };
  }
  return {
    cause:
      'the host is down, the address is wrong, or a firewall drops the runner. GitHub-hosted runners have changing addresses, and none inside your network.',
    fix: 'check the address and the firewall; for hosts that the internet cannot reach use a self-hosted runner in their network, or a bastion (`ssh-bastion`).',
  };
}

function silent(
  place: string,
  stage: Exclude<ConnectStage, 'connect'>,
  afterMs: number,
  portInput: string,
): Omit<Finding, 'host' | 'at'> {
  const time = seconds(afterMs);
  if (stage === 'authentication') {
    return {
      code: 'ssh-authentication-ended',
      fact: `the SSH server on ${place} did not finish authentication within ${time}.`,
      cause: 'the host is overloaded, or its name, directory or PAM service hangs.',
      fix: 'log in by hand and find out what takes the time: `sudo journalctl -u ssh -u sshd -n 20` on the host.',
    };
  }
  return {
    code: 'ssh-server-silent',
    fact: `${place} accepts the connection but then sends nothing within ${time} (${stage}).`,
    cause:
      'the host hangs or is overloaded, the port is not an SSH port, or a device in between drops larger packets (MTU).',
    fix: `check \`${portInput}\` and the state of the host on its console.`,
  };
}

function closed(place: string, stage: ConnectStage, said: string): Omit<Finding, 'host' | 'at'> {
  if (stage === 'authentication') {
    return {
      code: 'ssh-authentication-ended',
      fact: `${place} closed the connection during authentication${saying(said)}.`,
      cause: 'the account is locked or expired, or a rule of sshd or PAM ends the login.',
      fix: 'look at the log of the SSH server on the host: `sudo journalctl -u ssh -u sshd -n 20`.',
    };
  }
  return {
    code: 'ssh-handshake-closed',
    fact: `${place} closes the connection before the SSH handshake is done${saying(said)}.`,
    cause:
      'sshd has too many half-open logins (MaxStartups), punishes or bans this address (PerSourcePenalties, fail2ban, hosts.deny), or the port is not an SSH port.',
    fix: 'wait a few minutes and try again; if it stays so, `sudo journalctl -u ssh -u sshd -n 20` on the host names the reason.',
  };
}

/** Returns the server's message as the end of a sentence, without its full stop. */
function saying(said: string): string {
  const words = printable(said, 200).replace(/[.,:; ]+$/, '');
  return words === '' ? '' : `, saying: ${words}`;
}

function accepts(methods: readonly string[]): string {
  return methods.length === 0
    ? ''
    : ` (it accepts: ${methods.map((method) => printable(method, 40)).join(', ')})`;
}
