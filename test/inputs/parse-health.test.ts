import { describe, expect, test } from '@jest/globals';
import { thresholds } from '../operations/health/example-documents.ts';
import type { RawInputs } from '../../src/inputs/table/table.ts';
import { findingOf, settingsOf } from './given.ts';

const ofCheck = (inputs: RawInputs) => ({ operation: 'health', ...inputs });

test('left out: what the docs promise', () => {
  expect(settingsOf(ofCheck({})).health).toEqual({
    deadlineSeconds: 60,
    metricsWindowSeconds: 0,
    failOn: 'fail',
    thresholds,
  });
});

test('each threshold comes from its own input', () => {
  const inputs = {
    'certificate-warning-days': '60',
    'certificate-failure-days': '14',
    'latency-warning-ms': '201',
    'fsync-warning-ms': '202',
    'commit-warning-ms': '203',
    'peer-latency-warning-ms': '204',
    'db-quota-warning-percent': '50',
    'db-quota-failure-percent': '60',
    'disk-free-warning-percent': '25',
    'clock-warning-ms': '205',
    'raft-lag-warning': '206',
    'backup-warning-age': '26h',
  };
  expect(settingsOf(ofCheck(inputs)).health.thresholds).toEqual({
    backupWarningSeconds: 93_600,
    certificateWarningDays: 60,
    certificateFailureDays: 14,
    latencyWarningMs: 201,
    fsyncWarningMs: 202,
    commitWarningMs: 203,
    peerLatencyWarningMs: 204,
    dbQuotaWarningPercent: 50,
    dbQuotaFailurePercent: 60,
    diskFreeWarningPercent: 25,
    clockWarningMs: 205,
    raftLagWarning: 206,
  });
});

test('the rest', () => {
  const inputs = {
    'health-probe': '/usr/local/sbin/etcd-ha-health-probe',
    deadline: '90s',
    'metrics-window': '1m',
    'fail-on': 'warn',
    'history-artifact': 'etcd-health-*',
    'github-token': 'ghs_0123456789\n',
  };
  const { operation, health } = settingsOf(ofCheck(inputs));
  expect(operation).toBe('health');
  expect(health).toMatchObject({
    probe: '/usr/local/sbin/etcd-ha-health-probe',
    deadlineSeconds: 90,
    metricsWindowSeconds: 60,
    failOn: 'warn',
    history: { artifact: 'etcd-health-*', token: 'ghs_0123456789' },
  });
});

describe('refused, each with its place', () => {
  test.each([
    ['health-probe', 'probe', /not the absolute path/],
    ['health-probe', '/opt/../bin/bash', /not the absolute path/],
    ['health-probe', '/opt/probe -x', /not the absolute path/],
    ['deadline', '5s', /not between 10s and 10m/],
    ['deadline', '30', /has no unit/],
    ['metrics-window', '6m', /not between 0s and 5m/],
    ['metrics-window', '55s', /two reads of the metrics 55 s apart do not fit into the deadline of 60 s/],
    ['fail-on', 'error', /not one of fail, warn, never/],
    ['certificate-warning-days', '-1', /not a whole number/],
    ['certificate-failure-days', '31', /more than the 30 of certificate-warning-days/],
    ['db-quota-failure-percent', '79', /less than the 80 of db-quota-warning-percent/],
    ['db-quota-warning-percent', '101', /not a whole number from 1 to 100/],
    ['latency-warning-ms', '0', /not a whole number from 1/],
  ])('%s: %s', (input, value, fact) => {
    expect(findingOf(ofCheck({ [input]: value }))).toMatchObject({
      at: input,
      fact: expect.stringMatching(fact),
      fix: expect.stringMatching(/./),
    });
  });

  test('a history without a token says which one to give', () => {
    expect(findingOf(ofCheck({ 'history-artifact': 'etcd-health' }))).toMatchObject({
      at: 'github-token',
      fix: expect.stringContaining('github-token: ${{ github.token }}'),
    });
  });

  test('a history whose name cannot be one', () => {
    expect(findingOf(ofCheck({ 'history-artifact': 'a/b', 'github-token': 'x' })).at).toBe(
      'history-artifact',
    );
  });
});

test('a plan cannot be approved for a health check', () => {
  expect(findingOf(ofCheck({ 'approved-plan': 'a'.repeat(64) }))).toMatchObject({
    at: 'approved-plan',
    fact: 'operation: health makes no plan and changes nothing: there is nothing to approve.',
  });
});
