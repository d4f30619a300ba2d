/** node-forge's own part for ASN.1, a tenth of the whole: the types of the package know only the whole. */
declare module 'node-forge/lib/asn1.js' {
  const asn1: typeof import('node-forge').asn1;
  export default asn1;
}
