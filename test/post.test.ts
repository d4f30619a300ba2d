import { expect, test } from '@jest/globals';
import { readSources, staticImports } from '../scripts/structure.ts';
import { releaseOnHosts } from '../src/release-locks.ts';
import { exampleSettings } from './cluster/example.ts';
import { ROOT } from './docs/repository.ts';
import { Lines, standInTransport } from './engine/stand-ins.ts';

const sources = readSources(ROOT);

/** Every file that is loaded with one, itself included. */
function loadedWith(entry: string): string[] {
  const loaded = new Set([entry]);
  for (const path of loaded) {
    for (const imported of staticImports(path, sources)) loaded.add(imported);
  }
  return [...loaded].toSorted();
}

// Nearly every run ends well, and its post step has nothing to do. It should not wait for the whole action to load.
test('a post step without locks loads no more than it takes to see that', () => {
  expect(loadedWith('src/post.ts')).toEqual([
    'src/findings.ts',
    'src/post.ts',
    'src/runner/private-folder.ts',
    'src/runner/toolkit.ts',
    'src/text/file-failures.ts',
    'src/text/printable.ts',
  ]);
  expect(loadedWith('src/index.ts')).not.toContain('src/inputs/parse-settings.ts');
  expect(loadedWith('src/release-locks.ts').length).toBeGreaterThan(100);
});

test('the locks of a run are given back on every host that it locks, also if some do not answer', async () => {
  const happened: string[] = [];
  const log = new Lines();
  const settings = exampleSettings({ controlPlane: [{ name: 'cp0', address: '10.0.0.20' }] });
  await releaseOnHosts(
    settings,
    '1658821493-1-0badcafe',
    ({ address }) =>
      address === '10.0.0.7'
        ? Promise.reject(new Error('no route to host'))
        : Promise.resolve(standInTransport(address, happened, () => ({ stdout: Buffer.from('released\n') }))),
    log,
  );
  expect(happened).toEqual(['10.0.0.6: unlock', '10.0.0.8: unlock', '10.0.0.20: unlock']);
  expect(log.lines.toSorted()).toEqual([
    '10.0.0.6: The lock of the ended run: released.',
    '10.0.0.7: The lock could not be given back, and runs out by itself: no route to host',
    '10.0.0.8: The lock of the ended run: released.',
    'cp0: The lock of the ended run: released.',
  ]);
});
