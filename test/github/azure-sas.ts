/**
 * Shared access signatures for Azure Blob Storage: URLs that carry their own permission.
 * Source: https://learn.microsoft.com/rest/api/storageservices/create-service-sas and …/create-account-sas, in the form
 * of version 2019-12-12.
 */
import { createHmac } from 'node:crypto';

/** The account that the URL opens. */
export interface StorageAccount {
  readonly name: string;
  /** base64, as Azure shows it. */
  readonly key: string;
}

const VERSION = '2019-12-12';

function sign(account: StorageAccount, fields: readonly string[]): string {
  return createHmac('sha256', Buffer.from(account.key, 'base64'))
    .update(fields.join('\n'), 'utf8')
    .digest('base64');
}

/** Azure requires times without fractions of a second. */
function time(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Returns the query string that opens one blob.
 * @param blob Container and name, e.g. `artifacts/a.zip`.
 * @param permissions In Azure's order, e.g. `cw` to create and write.
 */
export function blobSignature(
  account: StorageAccount,
  blob: string,
  permissions: string,
  expiry: Date,
): URLSearchParams {
  const resource = `/blob/${account.name}/${blob}`;
  const noHeaders = ['', '', '', '', ''];
  const signature = sign(account, [
    permissions,
    '',
    time(expiry),
    resource,
    '',
    '',
    '',
    VERSION,
    'b',
    '',
    ...noHeaders,
  ]);
  return new URLSearchParams({ sv: VERSION, se: time(expiry), sr: 'b', sp: permissions, sig: signature });
}

/** Returns the query string that opens all blobs and containers of an account, to create, read and write. */
export function accountSignature(account: StorageAccount, expiry: Date): URLSearchParams {
  const [permissions, services, resourceTypes] = ['rwc', 'b', 'co'];
  const signature = sign(account, [
    account.name,
    permissions,
    services,
    resourceTypes,
    '',
    time(expiry),
    '',
    '',
    VERSION,
    '',
  ]);
  return new URLSearchParams({
    sv: VERSION,
    ss: services,
    srt: resourceTypes,
    sp: permissions,
    se: time(expiry),
    sig: signature,
  });
}
