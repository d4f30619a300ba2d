/** SSH servers with the strictest settings of administrators, with which every transport has to work. */

import type { Need } from '../../needs.ts';
import type { SshdExtras } from './sshd.ts';

/** One such server, and a user of it. */
export interface HardenedServer {
  readonly name: string;
  /** The user who logs in; default: root. */
  readonly user?: string;
  /** That user's login shell. */
  readonly shell?: string;
  /** Lines of sshd_config. */
  readonly config?: readonly string[];
  readonly extras?: SshdExtras;
}

/** Servers on which everything must work as on others. */
export const HARDENED: readonly HardenedServer[] = [
  {
    name: 'Ed25519 alone, for hosts and users',
    config: ['HostKeyAlgorithms ssh-ed25519', 'PubkeyAcceptedAlgorithms ssh-ed25519'],
  },
  { name: 'ChaCha20 alone', config: ['Ciphers chacha20-poly1305@openssh.com'] },
  {
    name: 'what FIPS 140 allows',
    config: [
      'KexAlgorithms ecdh-sha2-nistp256,ecdh-sha2-nistp384',
      'Ciphers aes256-ctr',
      'MACs hmac-sha2-512',
    ],
  },
  {
    name: 'no elliptic curve in the key exchange, encrypt-then-MAC alone',
    config: [
      'KexAlgorithms diffie-hellman-group16-sha512',
      'Ciphers aes256-ctr',
      'MACs hmac-sha2-256-etm@openssh.com',
    ],
  },
  {
    name: 'one session, two tries, few logins at once',
    config: ['MaxSessions 1', 'MaxAuthTries 2', 'MaxStartups 2:50:5', 'LoginGraceTime 10'],
  },
  {
    name: 'a banner, no terminal, no agent, no X11, nothing of the environment',
    config: [
      'Banner /etc/os-release',
      'PermitTTY no',
      'AllowAgentForwarding no',
      'X11Forwarding no',
      'PermitUserEnvironment no',
    ],
  },
  {
    name: 'a noisy start-up file that ends with an error',
    extras: {
      prepare: (home) => [
        `printf 'echo noise\\necho noise >&2\\nprintf half\\nfalse\\n' > ${home('root')}/.bashrc`,
      ],
    },
  },
  {
    name: 'a start-up file that has the shell speak at its end, and no forwarding',
    config: ['DisableForwarding yes'],
    extras: {
      prepare: (home) => [`printf 'trap "printf bye; printf bye >&2" EXIT\\n' > ${home('root')}/.bashrc`],
    },
  },
  {
    name: '/tmp without execution, a home that cannot be written',
    extras: {
      prepare: (home) => [
        'mount --bind /tmp /tmp',
        'mount -o remount,bind,noexec,nosuid,nodev /tmp',
        `mount --bind ${home('root')} ${home('root')}`,
        `mount -o remount,bind,ro ${home('root')}`,
      ],
    },
  },
];

/** Login shells that parse a command line differently from bash; the first two are in every Debian and Ubuntu. */
export const LOGIN_SHELLS: readonly { readonly shell: string; readonly needs: readonly Need[] }[] = [
  { shell: '/bin/dash', needs: [] },
  { shell: '/bin/rbash', needs: [] },
  { shell: '/usr/bin/fish', needs: ['fish'] },
  { shell: '/usr/bin/tcsh', needs: ['tcsh'] },
];
