/**
 * One spelling for every way to write the same URL, to compare by: an IPv6 address may be written in many ways and
 * etcd keeps the one it was given. Text that is no URL stays as it is.
 */
export function canonicalUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url;
}
