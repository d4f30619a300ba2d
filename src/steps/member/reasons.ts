import { knownReason, type Reason } from '../../hosts/explain-unknown.ts';
import { etcdMessage, isAnsweredByOtherProgram } from './member-ready.ts';

const AGAIN = 'Fix what etcd names and run again: the new run continues from here.';
const PORT_TAKEN: Reason = {
  cause: 'Another program listens on a port of etcd.',
  fix: 'Find the program (`ss -ltnp`), stop it or give etcd other ports, and run again.',
};

/** Explains repeated exits of etcd, if its messages give the cause. */
export function whyCrashed(words: string): Reason {
  if (/address already in use/.test(words)) return PORT_TAKEN;
  if (/cannot assign requested address/.test(words)) {
    return {
      cause: 'The listed address of this host is no longer on any of its interfaces.',
      fix: "Give the host's own address, or bring it back, and run again.",
    };
  }
  if (/flag provided but not defined|invalid (?:boolean )?value .* for|failed to verify flags/.test(words)) {
    return {
      cause: 'This release of etcd does not accept a flag or a value.',
      fix: 'Correct `extra-args`, or the input that sets the flag, and run again.',
    };
  }
  return knownReason(words) ?? { fix: AGAIN };
}

/**
 * Explains why a member was not ready in time, if etcd's messages give the cause.
 * @param stderr the output of `etcd_words`.
 */
export function whyLate(stderr: string): Reason {
  const words = etcdMessage(stderr);
  if (isAnsweredByOtherProgram(stderr)) {
    return {
      cause:
        "A program of another user listens on etcd's metrics port; the action does not accept its answer.",
      fix: 'Find the program (`ss -ltnp`), stop it or set another `metrics-port`, and run again.',
    };
  }
  if (/does not match any of DNSNames|doesn't contain any IP SANs|certificate is valid for/.test(words)) {
    return {
      cause:
        'That host sends from an address that is not in its certificate: it has a second address or interface, or NAT translates its packets.',
      fix: 'List the address that each host sends from (`ip -o route get PEER` shows it as `src`), or add these addresses to `extra-sans`, and run again.',
    };
  }
  if (/certificate signed by unknown authority|bad certificate|certificate has expired/.test(words)) {
    return {
      cause: 'The certificates of the two members do not match.',
      fix: 'Look at the certificates with `operation: health`, and at the clocks of the hosts; then run again.',
    };
  }
  if (/i\/o timeout|deadline exceeded|no route to host/.test(words)) {
    return {
      cause:
        'Packets between this host and the one that etcd names get lost: a firewall, or a network that drops large packets (MTU).',
      fix: 'Test between these two hosts in both directions: `nc -vz ADDRESS 2380`, and `ping -M do -s 1400 ADDRESS` for large packets. Then run again: the new run continues from here.',
    };
  }
  if (/connection refused/.test(words)) {
    return {
      cause: 'The member that etcd names is not running.',
      fix: 'Look at that host in this report first, then run again: the new run continues from here.',
    };
  }
  return (
    knownReason(words) ?? {
      fix: 'Look at the other hosts in this report first: a member is ready only with a majority. Then look at the container of etcd here (`crictl logs`), and run again: the new run continues from here.',
    }
  );
}

/** Explains why kubelet could not start etcd's pod, if its messages give the cause. */
export function whyNoPod(words: string): Reason {
  if (/pause image/.test(words)) {
    return {
      cause:
        'Each pod has a container of that image. The container runtime names it in its own configuration, but the host cannot reach its registry.',
      fix: 'Copy the image to the host (`image-archive` imports it with etcd into containerd; for CRI-O `podman load -i FILE`), or name one that the host can reach in the configuration of the runtime (containerd: `sandbox` or `sandbox_image`; CRI-O: `pause_image`), and run again.',
    };
  }
  if (/resolv\.conf/.test(words)) {
    return {
      cause:
        'The host has no /etc/resolv.conf, or it is a link to a file of a service that is not running. kubelet starts no pod without it.',
      fix: 'Start that service (`systemctl enable --now systemd-resolved`) or write the file, and run again: kubelet retries by itself.',
    };
  }
  if (/x509|pull(?:ing)? image|ErrImage|ImagePull/.test(words)) {
    return {
      cause: 'The etcd image is no longer on the host and could not be pulled.',
      fix: 'Let the host reach the registry, or give `image-archive`, and run again.',
    };
  }
  return (
    knownReason(words) ?? {
      fix: 'Fix what kubelet names (`journalctl -u kubelet`), and run again: the new run continues from here.',
    }
  );
}
