/**
 * Puts the AWS CLI of this machine before the server that AWS_ENDPOINT_URL names. The CLI on GitHub's runners reads that
 * variable itself; that of Debian 12 (2.9.19) is older.
 */
import { spawnSync } from 'node:child_process';
import { SYSTEM_PATH } from './runner.ts';

const endpoint = process.env['AWS_ENDPOINT_URL'];
if (endpoint === undefined) throw new Error('aws: no AWS_ENDPOINT_URL');
const { error, status } = spawnSync('aws', ['--endpoint-url', endpoint, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // without the folder of the stand-ins
  env: { ...process.env, PATH: SYSTEM_PATH },
});
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
