import { createHash } from 'node:crypto';
import { type Check, CHECK_TITLES, type CheckStatus } from '../../../../checks/check.ts';
import type { HealthDocument, MemberDocument } from '../../../../checks/health-document.ts';
import { days, plural } from '../../../../checks/view.ts';
import type { FindingCode } from '../../../../finding-codes.ts';
import { entryAddress } from '../../../../findings.ts';
import { groupAlike, STATUS_WORDS, titleOf } from '../../../../report/check-view.ts';
import { duration, size } from '../../../../text/units.ts';
import type { TrendPoint } from '../../trends.ts';
import { type Column, joined, markup, type Markup, NOTHING, prose, scrollTable, STYLE } from './markup.ts';
import { plots } from './plots.ts';
import { clusterPicture, trendPlots } from './trend-plots.ts';

const ICONS: Readonly<Record<CheckStatus, string>> = { ok: '✔', warn: '▲', fail: '✖', unknown: '?' };

/**
 * The report as one page that stands alone: no script, and nothing is fetched, which its content security policy makes
 * sure of.
 * @param trends earlier reports and this one, the oldest first.
 */
export function htmlReport(document: HealthDocument, trends: readonly TrendPoint[] = []): string {
  const digest = createHash('sha256').update(STYLE).digest('base64');
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${{ html: digest }}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.clusterName}: ${STATUS_WORDS[document.status]}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
${header(document)}
<main>
<div class="grid">${[findings(document), clusterPicture(document)]}</div>
${members(document)}
<section aria-labelledby="figures"><h2 id="figures">Figures</h2>${plots(document)}</section>
${trendPlots(trends)}
${certificates(document)}
${rest(document)}
</main>
<footer>Checked at ${document.checkedAt} in ${duration(document.durationMs)} by etcd-ha-action. Nothing was changed.</footer>
</body>
</html>
`;
  return page.html;
}

function header(document: HealthDocument): Markup {
  const { clusterName, status, failureTolerance, cluster, members: all } = document;
  const facts: readonly (readonly [string, string])[] = [
    ['Members that answer', `${all.filter(({ reachable }) => reachable).length} of ${all.length}`],
    ['Leader', cluster.leader ?? 'unknown'],
    [
      'Can lose',
      failureTolerance === null
        ? 'unknown'
        : failureTolerance < 0
          ? 'no quorum'
          : plural(failureTolerance, 'more member'),
    ],
    ['First certificate ends', firstEnd(document)],
  ];
  return markup`<header>
    <div class="verdict ${status}">
      <span class="status">${word(status)}</span>
      <h1>etcd cluster ${clusterName}</h1>
      <p>${prose(document.summary)}</p>
      <dl class="facts">
        ${facts.map(
          ([name, value]) =>
            markup`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
    </div>
  </header>`;
}

function firstEnd({ certificates: all }: HealthDocument): string {
  if (all.length === 0) return 'unknown';
  const least = Math.min(...all.map(({ daysLeft }) => daysLeft));
  return least < 0 ? 'has ended' : `in ${days(least)}`;
}

/** Never by colour alone. */
function word(status: CheckStatus): Markup {
  return markup`<span class="${status}"
    ><span aria-hidden="true">${ICONS[status]}</span> ${STATUS_WORDS[status]}</span
  >`;
}

function findings({ checks }: HealthDocument): Markup {
  const bad = checks.filter(({ status }) => status === 'fail' || status === 'warn');
  const list =
    bad.length === 0
      ? markup`<p>
          Nothing to do: ${plural(checks.filter(({ status }) => status === 'ok').length, 'check')} are fine.
        </p>`
      : joined(bad.map(finding));
  return markup`<section class="card" aria-labelledby="findings">
    <h2 id="findings">${bad.length === 0 ? 'Findings' : plural(bad.length, 'finding')}</h2>
    ${list}
  </section>`;
}

function finding(check: Check): Markup {
  const { code, status, member, measured, threshold, cause, fix } = check;
  const rows: readonly (readonly [string, string | null])[] = [
    ['Do this', fix],
    ['Usual cause', cause],
    ['Threshold', threshold],
  ];
  return markup`<article class="finding">
    <h3>${word(status)} · ${member ?? 'cluster'} · ${titleOf(check)}</h3>
    <p>${prose(measured)}</p>
    <dl>
      ${rows.map(([name, value]) =>
        value === null
          ? NOTHING
          : markup`<dt>${name}</dt>
              <dd>${prose(value)}</dd>`,
      )}
      ${code === null ? NOTHING : entry(code)}
    </dl>
  </article>`;
}

/** Returns the code, as a link to its entry if the action is on a server. */
function entry(code: FindingCode): Markup {
  const address = entryAddress(code);
  return markup`<dt>Code</dt>
      <dd>
        ${address === undefined ? markup`<code>${code}</code>` : markup`<a href="${address}"><code>${code}</code></a>`}
      </dd>`;
}

const MEMBER_COLUMNS: readonly (readonly [string, (member: MemberDocument) => string])[] = [
  ['Role', ({ role, reachable }) => (reachable ? (role ?? '') : 'no answer')],
  ['etcd', ({ version }) => version ?? '–'],
  ['Read', ({ readMs }) => figure(readMs, duration)],
  ['SSH', ({ sshRoundTripMs }) => figure(sshRoundTripMs, duration)],
  ['fsync p99', ({ walFsync }) => figure(walFsync?.p99Ms ?? null, duration)],
  ['Database', ({ dbSizeBytes }) => figure(dbSizeBytes, size)],
  ['Lag', ({ raftLag }) => figure(raftLag, String)],
  [
    'Clock',
    ({ clockOffsetMs }) => figure(clockOffsetMs, (ms) => `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms))}`),
  ],
  ['Disk free', ({ diskFreeBytes }) => figure(diskFreeBytes, size)],
  ['Restarts', ({ restarts }) => figure(restarts, String)],
];

function figure(value: number | null, text: (value: number) => string): string {
  return value === null ? '–' : text(value);
}

function members({ members: all }: HealthDocument): Markup {
  const rows = all.map(
    (member) =>
      markup`<tr>
        <th scope="row">
          ${member.name}<br /><span class="quiet small"
            >${member.address}${member.askedThrough === null ? '' : `, asked through ${member.askedThrough}`}</span
          >
        </th>
        <td>${word(member.status)}</td>
        ${MEMBER_COLUMNS.map(([, text]) => markup`<td class="figure">${text(member)}</td>`)}
      </tr>`,
  );
  const figures = MEMBER_COLUMNS.map(([title]) => ({ title, isFigure: true }));
  const columns = [{ title: 'Member' }, { title: 'Status' }, ...figures];
  return markup`<section class="card" aria-labelledby="members">
    <h2 id="members">Members</h2>
    ${scrollTable('Members', columns, rows)}
  </section>`;
}

function certificates({ certificates: all }: HealthDocument): Markup {
  if (all.length === 0) return NOTHING;
  const rows = all
    .toSorted((one, other) => one.daysLeft - other.daysLeft)
    .map(
      ({ member, place, where, subject, daysLeft: left, notAfter }) =>
        markup`<tr>
          <th scope="row">${member}</th>
          <td>${place === 'disk' ? where : `${place} port, ${where}`}</td>
          <td>${subject}</td>
          <td class="figure">${left < 0 ? 'ended' : days(left)}</td>
          <td class="figure">${notAfter.slice(0, 10)}</td>
        </tr>`,
    );
  const columns = [
    { title: 'Host' },
    { title: 'Where' },
    { title: 'Subject' },
    { title: 'Left', isFigure: true },
    { title: 'Ends', isFigure: true },
  ];
  return folded(`All ${all.length} certificates, on the disks and as served`, columns, rows);
}

/** What is unknown and what is well, folded. */
function rest({ checks }: HealthDocument): Markup {
  const unknown = checks.filter(({ status }) => status === 'unknown');
  const good = checks.filter(({ status }) => status === 'ok');
  const unknownRows = [...Map.groupBy(unknown, ({ member }) => member ?? 'cluster')].flatMap(
    ([member, own]) =>
      groupAlike(own).map(
        (same) =>
          markup`<tr>
            <th scope="row">${member}</th>
            <td>${same.map(({ name }) => CHECK_TITLES[name]).join(', ')}</td>
            <td>${prose(same[0]?.measured ?? '')}</td>
          </tr>`,
      ),
  );
  const goodRows = good.map(
    (check) =>
      markup`<tr>
        <th scope="row">${check.member ?? 'cluster'}</th>
        <td>${titleOf(check)}</td>
        <td>
          ${prose(check.measured)}${check.notice === null ? NOTHING : markup` <span class="quiet">${prose(check.notice)}</span>`}
        </td>
      </tr>`,
  );
  const columns = [{ title: 'Where' }, { title: 'Check' }, { title: 'Seen' }];
  return joined([
    folded(`${plural(unknown.length, 'check')} that could not be made`, columns, unknownRows),
    folded(`${plural(good.length, 'check')} that are fine`, columns, goodRows),
  ]);
}

function folded(title: string, columns: readonly Column[], rows: readonly Markup[]): Markup {
  if (rows.length === 0) return NOTHING;
  return markup`<section class="card">
    <details>
      <summary>${title}</summary>
      ${scrollTable(title, columns, rows)}
    </details>
  </section>`;
}
