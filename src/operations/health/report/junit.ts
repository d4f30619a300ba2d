import type { Check } from '../../../checks/check.ts';
import type { HealthDocument } from '../../../checks/health-document.ts';
import { besidesOf, titleOf } from '../../../report/check-view.ts';
import { type CheckGroup, groupsOf } from './words.ts';

/**
 * The checks as JUnit XML, as Jenkins, GitLab and test reporters of GitHub read it (jenkinsci/xunit-plugin,
 * junit-10.xsd): a suite for each member and the cluster, a case for each check. `fail` is a failure, `unknown` is
 * skipped, `warn` passes and says what it has to say in the case's output.
 */
export function junitXml(document: HealthDocument): string {
  const { clusterName, durationMs, checks } = document;
  const suites = groupsOf(document).flatMap((group) => suite(group, document));
  const attributes = attributeList({
    name: `etcd cluster ${clusterName}`,
    tests: checks.length,
    failures: count(checks, 'fail'),
    errors: 0,
    time: seconds(durationMs),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

/** The time is that of the whole look: the checks were made of one, none has a time of its own. */
function suite({ title, checks }: CheckGroup, { checkedAt, durationMs }: HealthDocument): string[] {
  const attributes = attributeList({
    name: title,
    tests: checks.length,
    failures: count(checks, 'fail'),
    errors: 0,
    skipped: count(checks, 'unknown'),
    time: seconds(durationMs),
    timestamp: checkedAt.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length),
  });
  return [`  <testsuite${attributes}>`, ...cases(title, checks), '  </testsuite>'];
}

/** Readers tell cases apart by their names: what has the same one gets a number. */
function cases(classname: string, checks: readonly Check[]): string[] {
  const seen = new Map<string, number>();
  return checks.flatMap((check) => {
    const title = titleOf(check);
    const number = (seen.get(title) ?? 0) + 1;
    seen.set(title, number);
    const name = number === 1 ? title : `${title} #${number}`;
    const attributes = attributeList({ classname, name, time: '0.000' });
    return [`    <testcase${attributes}>`, result(check), '    </testcase>'].filter((line) => line !== '');
  });
}

function result(check: Check): string {
  const { status, name, measured } = check;
  if (status === 'fail') {
    return `      <failure${attributeList({ message: measured, type: name })}>${escaped(told(check))}</failure>`;
  }
  if (status === 'unknown') return `      <skipped${attributeList({ message: measured })}/>`;
  return `      <system-out>${escaped(status === 'warn' ? `Warning: ${told(check)}` : told(check))}</system-out>`;
}

function told(check: Check): string {
  return [check.measured, ...besidesOf(check).map(([label, value]) => `${label}: ${value}`)].join('\n');
}

function count(checks: readonly Check[], status: Check['status']): number {
  return checks.filter((check) => check.status === status).length;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributeList(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(
      ([name, value]) =>
        ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`,
    )
    .join('');
}

/** Everything that is no character of XML 1.0 (section 2.2): most control characters, half of a surrogate pair. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

function escaped(value: string): string {
  return value.replaceAll(forbidden, '').replaceAll(/[&<>"\r]/g, (character) => REFERENCES[character] ?? '');
}
