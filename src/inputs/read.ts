import { randomBytes } from 'node:crypto';
import { getInput } from '@actions/core';
import { secretKeysIn } from '../backup/recipients.ts';
import type { Finding } from '../findings.ts';
import { INPUT_PREFIX, temporaryFolder } from '../runner/toolkit.ts';
import { holdsPrivateKey } from '../text/quote.ts';
import { readRunIdentity, type RunContext } from './run/identity.ts';
import { definitionOf, inputNames, type RawInputs } from './table/table.ts';

/**
 * Reads the inputs from the environment as the runner sets it, and nothing else: no other variable can replace an input.
 * Masks secrets before anything can fail, including a private key in the wrong input.
 * @param mask registers a secret with the runner's masker and our own.
 * @returns the given inputs by name, including unknown names.
 */
export function readInputs(mask: (secret: string) => void): RawInputs {
  const secrets = inputNames.filter((name) => definitionOf(name).secret === true);
  const raw = Object.fromEntries(
    secrets.map((name) => [name, getInput(name, { trimWhitespace: false })] as const),
  );
  Object.values(raw).forEach(mask);
  // the whole file of age-keygen may be given, and its key be printed without the rest
  Object.values(raw).flatMap(secretKeysIn).forEach(mask);
  for (const name of givenNames()) {
    if (name in raw) continue;
    const value = getInput(name).trim();
    if (holdsPrivateKey(value)) mask(value);
    secretKeysIn(value).forEach(mask);
    raw[name] = value;
  }
  return raw;
}

function givenNames(): string[] {
  return Object.keys(process.env)
    .filter((variable) => variable.startsWith(INPUT_PREFIX))
    .map((variable) => variable.slice(INPUT_PREFIX.length).toLowerCase());
}

/**
 * Reads the context of this run: the number of its attempt, the time, a random nonce, its identity, and the ssh-agent
 * that an earlier step started.
 */
export function readRunContext(): RunContext {
  const given = Number(process.env['GITHUB_RUN_ATTEMPT'] ?? '1');
  const attempt = Number.isSafeInteger(given) && given > 0 ? given : 1;
  const nonce = randomBytes(4).toString('hex');
  const agentSocket = process.env['SSH_AUTH_SOCK'] ?? '';
  return {
    attempt,
    nonce,
    now: new Date(),
    identity: readRunIdentity(process.env, { attempt, nonce }),
    temporary: temporaryFolder(),
    workspace: process.env['GITHUB_WORKSPACE'] || process.cwd(),
    ...(agentSocket !== '' && { agentSocket }),
  };
}

/**
 * Returns warnings about secrets that are too short to hide, without the secrets themselves.
 * @param shortest minimum length of a secret that is hidden.
 */
export function shortSecrets(raw: RawInputs, shortest: number): Finding[] {
  return inputNames
    .filter((name) => definitionOf(name).secret === true)
    .filter((name) => {
      const { length } = (raw[name] ?? '').trim();
      return length > 0 && length < shortest;
    })
    .map((at) => ({
      code: 'secret-too-short',
      at,
      fact: `the secret has fewer than ${shortest} characters and is not hidden in the log.`,
      cause: 'so short a text occurs in ordinary words, which would be hidden with it.',
      fix: 'choose a longer secret.',
    }));
}
