import { describe, expect, test } from '@jest/globals';
import { RunError } from '../../src/findings.ts';
import { HostError } from '../../src/hosts/host-error.ts';
import { explainFailure, failStep } from '../../src/report/failure.ts';
import { Redactor } from '../../src/runner/masking/redaction.ts';

const finding = { code: 'host-missing' as const, at: 'hosts', fact: 'none.', fix: 'give some.' };

describe('a thrown value, in words', () => {
  test('a refusal', () => {
    expect(explainFailure(new RunError('The inputs cannot be used', [finding, finding]))).toEqual({
      title: 'The inputs cannot be used',
      findings: [finding, finding],
    });
  });

  test('an error of one host', () => {
    const ofHost = { host: 'infra0', ...finding };
    expect(explainFailure(new HostError(ofHost)).findings).toEqual([ofHost]);
  });

  test('several at once', () => {
    const failures = [new RunError('first', [finding]), new HostError({ host: 'infra0', ...finding })];
    expect(explainFailure(new AggregateError(failures))).toMatchObject({
      title: 'first',
      findings: [finding, { host: 'infra0' }],
    });
  });

  test.each([[new TypeError('x is undefined')], ['x is undefined']])('an unforeseen error: %s', (error) => {
    expect(explainFailure(error).findings).toMatchObject([
      { fact: 'x is undefined', fix: expect.stringContaining('issue') },
    ]);
  });
});

describe('failing the step', () => {
  function fail(error: unknown): Record<'failed' | 'errors' | 'info' | 'debug', string[]> {
    const sent = {
      failed: [] as string[],
      errors: [] as string[],
      info: [] as string[],
      debug: [] as string[],
    };
    const log = {
      info: (line: string) => void sent.info.push(line),
      warning: () => undefined,
      debug: (line: string) => void sent.debug.push(line),
      host: () => log,
    };
    const redactor = new Redactor(() => undefined);
    redactor.register('hunter2!');
    failStep(error, redactor, log, {
      setFailed: (message) => void sent.failed.push(message),
      error: (message) => void sent.errors.push(message),
    });
    return sent;
  }

  test('one annotation for the verdict and one per finding, ten in all; the others are lines', () => {
    const findings = Array.from({ length: 11 }, (_, index) => ({
      code: 'host-missing' as const,
      at: `input ${index}`,
      fact: 'bad.',
    }));
    const { failed, errors, info } = fail(new RunError('no', findings));
    expect(failed).toEqual(['etcd-ha-action: no (11 findings)']);
    expect(errors).toHaveLength(9);
    expect(info).toEqual([
      'input 9: bad. (host-missing, docs/TROUBLESHOOTING.md#host-missing)',
      'input 10: bad. (host-missing, docs/TROUBLESHOOTING.md#host-missing)',
    ]);
  });

  test('no secret and no workflow command gets through what a host has said', () => {
    const fact = 'said: hunter2!\n::error::x\r##[group]';
    const { errors } = fail(
      new HostError({ code: 'command-failed' as const, host: 'infra0', at: 'probe', fact }),
    );
    expect(errors).toEqual([
      '[infra0] probe: said: ***\n: :error::x\n# #[group] (command-failed, docs/TROUBLESHOOTING.md#command-failed)',
    ]);
  });

  test('the stack of an unforeseen error goes to the debug log', () => {
    expect(fail(new TypeError('boom')).debug.join('\n')).toContain('failure.test.ts');
    expect(fail(new RunError('no', [finding])).debug).toEqual([]);
  });
});
