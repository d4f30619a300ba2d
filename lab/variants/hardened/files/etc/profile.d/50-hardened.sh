# 5.4.3.2 and 5.4.3.3 of the benchmark; the script that sources this may have the first already.
if [ -z "${TMOUT_IS_SET-}" ]; then
  TMOUT=900 TMOUT_IS_SET=yes
  readonly TMOUT
  export TMOUT
fi
umask 027
. /etc/hardening/notice.sh
