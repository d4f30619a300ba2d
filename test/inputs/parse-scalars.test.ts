import { describe, expect, test } from '@jest/globals';
import { findingOf, findingsOf, settingsOf, sshOf } from './given.ts';

describe('timeout', () => {
  test.each([
    ['60s', 60],
    ['90s', 90],
    ['15m', 900],
    ['1h', 3600],
    ['1h30m', 5400],
    ['1h0m5s', 3605],
    ['6h', 21600],
  ])('%s is %d seconds', (timeout, seconds) => {
    expect(settingsOf({ timeout }).timeoutSeconds).toBe(seconds);
  });

  test.each([
    ['900', 'no unit'],
    ['59s', 'not between one minute and six hours'],
    ['0m', 'not between'],
    ['6h1s', 'not between'],
    ['99999h', 'not between'],
    ['15 m', 'not a duration'],
    ['15min', 'not a duration'],
    ['30m1h', 'not a duration'],
    ['-15m', 'not a duration'],
    ['1.5h', 'not a duration'],
    ['h', 'not a duration'],
  ])('refuses %s', (timeout, fact) => {
    expect(findingOf({ timeout }).fact).toContain(fact);
  });
});

describe('lock-timeout', () => {
  test.each([
    ['0s', 0],
    ['0m', 0],
    ['30s', 30],
    ['2m', 120],
    ['6h', 21600],
  ])('%s is %d seconds', (given, seconds) => {
    expect(settingsOf({ 'lock-timeout': given }).lockTimeoutSeconds).toBe(seconds);
  });

  test.each([
    ['0', '"0" has no unit: it could be seconds or minutes.', 'write 0s, 0m or 0h'],
    ['6h1s', '"6h1s" is not between 0s and six hours.', ''],
    ['none', '"none" is not a duration.', 'hours, minutes and seconds'],
    ['-1s', '"-1s" is not a duration.', 'hours, minutes and seconds'],
  ])('refuses %s', (given, fact, fix) => {
    const finding = findingOf({ 'lock-timeout': given });
    expect(finding).toMatchObject({ at: 'lock-timeout', fact });
    expect(finding.fix).toContain(fix);
    expect(finding.fix).toMatch(/for example lock-timeout: 2m\.$/);
  });
});

describe('ssh-connect-timeout', () => {
  test.each([
    ['', 20],
    ['2s', 2],
    ['5m', 300],
  ])('%j is %d seconds', (given, seconds) => {
    expect(sshOf(settingsOf({ 'ssh-connect-timeout': given })).connectTimeoutSeconds).toBe(seconds);
  });

  test.each(['1s', '5m1s', '20'])('refuses %s', (given) => {
    const finding = findingOf({ 'ssh-connect-timeout': given });
    expect(finding.at).toBe('ssh-connect-timeout');
    expect(finding.fix).toMatch(/for example ssh-connect-timeout: 20s\.$/);
  });
});

describe('booleans are those of the runner', () => {
  test.each(['true', 'True', 'TRUE'])('%s', (word) => {
    expect(settingsOf({ 'upload-artifacts': word }).artifacts.upload).toBe(true);
  });
  test.each(['false', 'False', 'FALSE'])('%s', (word) => {
    expect(settingsOf({ 'upload-artifacts': word }).artifacts.upload).toBe(false);
  });
  test.each(['yes', 'no', '1', '0', 'tRUE', 'on'])('refuses %s', (word) => {
    expect(findingOf({ 'upload-artifacts': word }).fact).toBe(`"${word}" is not a boolean.`);
  });
});

describe('ports', () => {
  test.each(['0', '65536', '-1', '22.5', '0x16', ' 2 2', '1e3', 'ssh', '999999999999'])(
    'refuses %s',
    (port) => {
      expect(findingOf({ 'client-port': port })).toMatchObject({
        at: 'client-port',
        fix: expect.stringContaining('client-port: 2379'),
      });
    },
  );

  test.each(['1', '65535'])('takes %s', (port) => {
    expect(settingsOf({ 'client-port': port }).clientPort).toBe(Number(port));
  });

  test.each([
    ['client-port', '10248', 'the kubelet serves its health'],
    ['peer-port', '10250', 'the kubelet serves its API'],
    ['client-port', '22', 'the SSH server of 10.0.0.6'],
    ['peer-port', '22', 'the SSH server of 10.0.0.6'],
    ['metrics-port', '22', 'the SSH server of 10.0.0.6'],
    ['metrics-port', '10250', 'the kubelet serves its API'],
    ['peer-port', '2379', 'client-port'],
    ['metrics-port', '2379', 'client-port'],
    ['metrics-port', '2380', 'peer-port'],
  ])('refuses %s %s, which is taken', (input, port, why) => {
    expect(findingOf({ [input]: port })).toMatchObject({ at: input, fact: expect.stringContaining(why) });
  });

  test('one that equals the default of an absent port is reported there', () => {
    expect(findingOf({ 'client-port': '2381' })).toMatchObject({
      at: 'metrics-port',
      fact: '2381 is also client-port, and the default of metrics-port.',
    });
    expect(findingOf({ 'client-port': '2380' }).at).toBe('peer-port');
    expect(settingsOf({ 'client-port': '2381', 'metrics-port': '2379' }).metricsPort).toBe(2379);
  });

  test('three equal ones are reported twice', () => {
    const findings = findingsOf({ 'ssh-port': '2379', 'peer-port': '2379' });
    expect(findings.map(({ at }) => at)).toEqual(['peer-port', 'client-port', 'peer-port']);
  });
});

describe('artifacts', () => {
  test.each(['1', '90', '400'])('kept %s days', (days) => {
    expect(settingsOf({ 'artifact-retention-days': days }).artifacts.retentionDays).toBe(Number(days));
  });
  test.each(['0', '401', '1w'])('refuses to keep them %s days', (days) => {
    expect(findingOf({ 'artifact-retention-days': days }).at).toBe('artifact-retention-days');
  });
  test.each(['"', ':', '<', '>', '|', '*', '?', '\\', '/', '\n', '\t'])(
    'refuses %j in the name',
    (character) => {
      expect(findingOf({ 'artifact-name': `a${character}b` }).fact).toContain(JSON.stringify(character));
    },
  );
  test('refuses a very long name', () => {
    expect(findingOf({ 'artifact-name': 'a'.repeat(129) }).fact).toContain('129 characters');
  });
});

describe('key-algorithm', () => {
  test.each(['RSA-2048', 'RSA-3072', 'RSA-4096', 'ECDSA-P256', 'ECDSA-P384'])('%s', (algorithm) => {
    expect(settingsOf({ 'key-algorithm': algorithm }).certificates.keyAlgorithm).toBe(algorithm);
  });
  test.each(['rsa-2048', 'RSA-1024', 'ECDSA-P521', 'ed25519'])('refuses %s', (algorithm) => {
    expect(findingOf({ 'key-algorithm': algorithm }).fact).toContain(
      'is not one of RSA-2048, RSA-3072, RSA-4096, ECDSA-P256, ECDSA-P384.',
    );
  });
});

describe('data-dir', () => {
  test.each(['/var/lib/etcd', '/data', '/mnt/disk-1/etcd', '/opt/etcd_data/v3.6', '/tmpfiles'])(
    '%s',
    (path) => {
      expect(settingsOf({ 'data-dir': path }).dataDir).toBe(path);
    },
  );

  test.each([
    ['etcd', 'absolute'],
    ['/', 'shared'],
    ['/var/lib', 'shared'],
    ['/home', 'shared'],
    ['/var/lib/etcd/', 'clean'],
    ['/var//lib/etcd', 'clean'],
    ['/var/lib/../etcd', 'clean'],
    ['/var/lib/./etcd', 'clean'],
    ['/var/lib/my etcd', 'characters'],
    ['/var/lib/etcd;reboot', 'characters'],
    ['/var/lib/$HOME', 'characters'],
    ['/var/lib/%n', 'characters'],
    ['/var/lib/etcd\n', 'characters'],
    ['/tmp', '/tmp'],
    ['/tmp/etcd', '/tmp'],
    ['/var/tmp/etcd', '/var/tmp'],
    ['/run/etcd', '/run'],
    ['/var/run/etcd', '/var/run'],
    ['/dev/shm/etcd', '/dev'],
    ['/etc/kubernetes/etcd', '/etc'],
    ['/etc/kubernetes/manifests', '/etc'],
    ['/usr/etcd', '/usr'],
    ['/var/lib/kubelet/etcd', 'kubelet'],
    ['/var/lib/containerd', 'container runtime'],
  ])('refuses %j', (path, why) => {
    expect(findingOf({ 'data-dir': path })).toMatchObject({
      at: 'data-dir',
      fact: expect.stringContaining(why),
    });
  });
});

describe('wal-dir', () => {
  test('is none where it is left out', () => {
    expect(settingsOf({})).not.toHaveProperty('walDir');
    expect(settingsOf({ 'wal-dir': '/mnt/wal' })).toMatchObject({
      dataDir: '/var/lib/etcd',
      walDir: '/mnt/wal',
    });
    expect(settingsOf({ 'wal-dir': '/var/lib/etcd-wal' }).walDir).toBe('/var/lib/etcd-wal');
  });

  test.each([
    ['wal', 'absolute'],
    ['/mnt', 'shared'],
    ['/tmp/wal', '/tmp'],
    ['/mnt/wal/', 'clean'],
    ['/var/lib/etcd', 'one in the other'],
    ['/var/lib/etcd/member/wal', 'one in the other'],
  ])('refuses %j', (path, why) => {
    expect(findingOf({ 'wal-dir': path })).toMatchObject({
      at: 'wal-dir',
      fact: expect.stringContaining(why),
      fix: expect.stringContaining('wal-dir: /var/lib/etcd-wal'),
    });
  });

  test('cannot hold the data dir', () => {
    expect(findingOf({ 'data-dir': '/mnt/wal/etcd', 'wal-dir': '/mnt/wal' }).at).toBe('wal-dir');
  });
});

describe('the etcd image', () => {
  test.each([
    'registry.k8s.io',
    'REGISTRY.example:5000',
    'localhost:5000/k8s',
    'registry.example/a/b-c_d.e',
    'k8s',
    '10.0.0.1:5000/etcd-images',
  ])('from %s', (repository) => {
    expect(settingsOf({ 'image-repository': repository }).imageRepository).toBe(repository);
  });

  test.each([
    ['https://registry.k8s.io', 'URL'],
    ['registry.k8s.io/etcd', 'kubeadm adds'],
    ['registry.k8s.io/', 'slash'],
    ['registry.k8s.io/k8s:3.6.5-0', 'tag'],
    ['registry.k8s.io/k8s@sha256:0123', 'tag or digest'],
    ['registry.k8s.io/Upper', 'not the registry'],
    ['registry k8s', 'not the registry'],
    ['registry//x', 'not the registry'],
    ['-a', 'not the registry'],
  ])('refuses %s', (repository, why) => {
    expect(findingOf({ 'image-repository': repository }).fact).toContain(why);
  });

  test.each(['3.5.11-0', '3.5.24-0', 'v3.6.8', '3.7.0-0', '3.6.5-0.mirror_1', '4.0.0'])(
    'with tag %s',
    (tag) => {
      expect(settingsOf({ 'etcd-image-tag': tag }).etcdImageTag).toBe(tag);
    },
  );

  test.each([
    ['3.5.10-0', 'older than 3.5.11'],
    ['3.4.13-0', 'older than 3.5.11'],
    ['2.3.8', 'older than 3.5.11'],
    ['latest', 'does not begin with'],
    ['3.6', 'does not begin with'],
    ['etcd:3.6.5-0', 'more than a tag'],
    ['registry.k8s.io/etcd:3.6.5-0', 'more than a tag'],
    ['3.6.5 0', 'not the tag'],
    ['-3.6.5', 'not the tag'],
    [`3.6.5-${'0'.repeat(128)}`, 'not the tag'],
  ])('refuses tag %s', (tag, why) => {
    expect(findingOf({ 'etcd-image-tag': tag }).fact).toContain(why);
  });
});
