import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * Returns the arguments of `node` that run one of jest's projects (jest.config.ts) in this checkout.
 * @param more further arguments for jest.
 */
export function jestCommand(project: string, more: readonly string[]): string[] {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return [...flags, join(root, 'node_modules/jest/bin/jest.js'), '--selectProjects', project, ...more];
}
