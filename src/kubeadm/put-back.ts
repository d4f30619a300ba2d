import { ETCD_MANIFEST, OUTGOING_MANIFEST } from './paths.ts';

/**
 * Command line, as a unit of systemd has it, that puts the manifest of an unfinished restart back where there is none
 * now. It never overwrites one, and has nothing to say when there is nothing to do. Only single quotes, and nothing in
 * them that systemd itself would expand (`$`, `%`).
 */
export const PUT_MANIFEST_BACK = `/bin/sh -c 'test -e ${ETCD_MANIFEST} || test ! -e ${OUTGOING_MANIFEST} || mv -n ${OUTGOING_MANIFEST} ${ETCD_MANIFEST}'`;
