import { describe, expect, test } from '@jest/globals';
import { checkOf } from '../../src/checks/check.ts';
import { RunError } from '../../src/findings.ts';
import { writeOutputs, type Outputs } from '../../src/report/outputs.ts';
import { Redactor } from '../../src/runner/masking/redaction.ts';
import { rsaKey } from '../runner/masking/keys.ts';
import { plan, healthDocument } from './samples.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n';

interface Written {
  readonly outputs: Record<string, string>;
  readonly warnings: string[];
  readonly error?: unknown;
}

function write(outputs: Partial<Outputs>, ...secrets: string[]): Written {
  const redactor = new Redactor(() => undefined);
  for (const secret of secrets) redactor.register(secret);
  const written: Record<string, string> = {};
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    warning: (message: string) => void warnings.push(message),
    debug: () => undefined,
    host: () => log,
  };
  const set = (name: string, value: string): void => {
    written[name] = value;
  };
  try {
    writeOutputs(outputs, redactor, log, set);
  } catch (error) {
    return { outputs: written, warnings, error };
  }
  return { outputs: written, warnings };
}

test('every output in the form that the next step takes', () => {
  const { outputs, warnings, error } = write({
    healthy: true,
    endpoints: ['https://10.0.0.6:2379', 'https://10.0.0.7:2379'],
    members: healthDocument.members,
    leader: '',
    changed: false,
    'health-report': healthDocument,
    'ca-certificate': certificate,
  });
  expect({ warnings, error }).toEqual({ warnings: [], error: undefined });
  expect(outputs).toEqual({
    healthy: 'true',
    endpoints: 'https://10.0.0.6:2379,https://10.0.0.7:2379',
    members: JSON.stringify(healthDocument.members),
    leader: '',
    changed: 'false',
    'health-report': JSON.stringify(healthDocument),
    'ca-certificate': certificate,
  });
});

test('an empty list of members is still JSON', () => {
  expect(write({ members: [] }).outputs).toEqual({ members: '[]' });
});

test('the plan and the findings are JSON; a run that ended before it decided has an empty verdict', () => {
  const finding = checkOf('swap', 'infra0')('fail', { code: 'swap-on', measured: 'swap is on.' });
  expect(write({ verdict: '', plan, 'plan-digest': 'abc', findings: [finding] }).outputs).toEqual({
    verdict: '',
    plan: JSON.stringify(plan),
    'plan-digest': 'abc',
    findings: JSON.stringify([finding]),
  });
});

describe('an output that would reveal a secret is not set, and the run says so', () => {
  test.each([
    ['a private key', certificate + rsaKey.text, []],
    ['a piece of a registered key', rsaKey.text.split('\n')[20] ?? '', [rsaKey.text]],
    ['a passphrase', 'with hunter2! in it', ['hunter2!']],
    ['a passphrase in base64', Buffer.from('hunter2! and').toString('base64'), ['hunter2! and']],
  ])('%s', (_what, value, secrets) => {
    const { outputs, error } = write({ 'ca-certificate': value, healthy: true }, ...secrets);
    expect(outputs).toEqual({ healthy: 'true' });
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).findings).toMatchObject([{ at: 'output ca-certificate' }]);
    expect((error as RunError).message).not.toContain('hunter2');
  });
});

describe('the size that GitHub allows', () => {
  const members = Array.from({ length: 4000 }, () => healthDocument.members).flat();

  test('the plan is left out first, with a warning; its digest stays', () => {
    const { outputs, warnings } = write({
      plan: { ...plan, members: members.map(({ name }) => ({ name, address: '10.0.0.6' })) },
      'plan-digest': 'abc',
      'health-report': healthDocument,
    });
    expect(Object.keys(outputs)).toEqual(['plan-digest', 'health-report']);
    expect(warnings).toEqual([expect.stringContaining('Output plan is not set')]);
  });

  test('then the health report', () => {
    const { outputs, warnings } = write({
      'health-report': { ...healthDocument, members },
      members: healthDocument.members,
    });
    expect(Object.keys(outputs)).toEqual(['members']);
    expect(warnings).toEqual([expect.stringContaining('Output health-report is not set')]);
  });

  test('and then the members; small outputs always stay', () => {
    const { outputs, warnings } = write({
      healthy: true,
      'health-report': { ...healthDocument, members },
      members,
    });
    expect(Object.keys(outputs)).toEqual(['healthy']);
    expect(warnings).toHaveLength(2);
  });
});
