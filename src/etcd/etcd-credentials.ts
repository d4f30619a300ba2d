/** What a client of a member shows and trusts, as PEM text. The key is secret. */
export interface EtcdCredentials {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}
