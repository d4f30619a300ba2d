import { type Check, checkOf, worstFirst } from '../../../../src/checks/check.ts';
import type { HealthDocument } from '../../../../src/checks/health-document.ts';
import { degradedDocument, healthyDocument } from '../example-documents.ts';

/** Text with special characters of Markdown, HTML, XML, Mermaid, workflow commands and Prometheus, on several lines. */
export const hostile =
  'a"]:::x <img src=x> | `b` **c** @d [e](f) \\ ::error::g\r\n```\n</details>\u001B[31m\u0000\uFFFE\uD800 & end';

/** A document in which every external text is hostile. */
export function hostileDocument(): HealthDocument {
  const { members, certificates, ...rest } = degradedDocument();
  const renamed = members.map((member) => ({
    ...member,
    name: `${member.name} ${hostile}`,
    version: member.version === null ? null : hostile,
    peers: member.peers.map((peer) => ({ ...peer, name: `${peer.name} ${hostile}` })),
  }));
  return {
    ...rest,
    clusterName: hostile,
    summary: hostile,
    members: renamed,
    checks: rest.checks.map((check) => ({
      ...check,
      member: check.member === null ? null : `${check.member} ${hostile}`,
      subject: hostile,
      measured: hostile,
      threshold: hostile,
      cause: hostile,
      fix: hostile,
      notice: hostile,
    })),
    certificates: certificates.map((one) => ({ ...one, where: hostile, subject: hostile })),
  };
}

/** Nine members with this many checks of each status. */
export function largeDocument(checksOfEach: number): HealthDocument {
  const healthy = healthyDocument();
  const [one] = healthy.members;
  if (one === undefined) throw new Error('The example has no member.');
  const names = Array.from({ length: 9 }, (_, index) => `infra${index}`);
  const checks = names.flatMap((name) =>
    Array.from({ length: checksOfEach }, (_, index) => checksLike(name, `file ${index}`)).flat(),
  );
  return {
    ...healthy,
    status: 'fail',
    healthy: false,
    members: names.map((name, index) => ({ ...one, name, role: index === 4 ? 'leader' : 'follower' })),
    checks: worstFirst(checks),
  };
}

function checksLike(member: string, subject: string): Check[] {
  const check = checkOf('modes', member, subject);
  const told = {
    code: 'file-modes-differ',
    measured: `${subject} of ${member} was looked at <${'x'.repeat(60)}>.`,
    threshold: 'mode 600',
    cause: 'It was changed by hand.',
    fix: 'Run `chmod 600`.',
  } as const;
  return [check('fail', told), check('warn', told), check('unknown', told), check('ok', told)];
}
