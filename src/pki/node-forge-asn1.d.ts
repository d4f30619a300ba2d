/** node-forge's ASN.1 module, a tenth of the package; the published types declare only the whole package. */
declare module 'node-forge/lib/asn1.js' {
  const asn1: typeof import('node-forge').asn1;
  export default asn1;
}
