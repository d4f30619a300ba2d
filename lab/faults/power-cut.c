/*
 * power-cut MOUNTPOINT
 * Stops an ext4 like a loss of power: at once and without flushing its journal. Data that was not fsynced is lost
 * at the next mount. (SIGKILL alone proves nothing: the page cache would still reach the disk.)
 * Run it in the mount namespace that holds the disk, just before the host's PID 1 is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

/* fs/ext4/ext4.h; not in the kernel's user-space headers. */
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define EXT4_GOING_FLAGS_NOLOGFLUSH 2

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: power-cut MOUNTPOINT\n");
    return 2;
  }
  uint32_t how = EXT4_GOING_FLAGS_NOLOGFLUSH;
  int folder = open(arguments[1], O_RDONLY);
  if (folder < 0 || ioctl(folder, EXT4_IOC_SHUTDOWN, &how) != 0) {
    fprintf(stderr, "power-cut: %s: %s\n", arguments[1], strerror(errno));
    return 1;
  }
  return 0;
}
