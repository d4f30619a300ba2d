/*
 * init of a virtual machine's initial RAM file system: loads the drivers of its disks, mounts the host's own (the first)
 * and the one with the kernel's modules (the second), and becomes the host's init.
 * The modules that it needs are in /modules, in the order of their names.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* PID 1 must not end: the kernel would panic without a reason. */
static void must(long result, const char *what) {
  if (result >= 0) return;
  printf("lab: %s: %s\n", what, strerror(errno));
  fflush(stdout);
  for (;;) pause();
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void load_modules(void) {
  struct dirent **modules;
  int count = scandir("/modules", &modules, is_visible, alphasort);
  must(count, "/modules");
  for (int i = 0; i < count; i++) {
    char path[300];
    snprintf(path, sizeof path, "/modules/%s", modules[i]->d_name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    must(file, path);
    must(syscall(SYS_finit_module, file, "", 0), path);
    close(file);
  }
}

static void wait_for(const char *device) {
  struct stat status;
  for (int hundredths = 0; stat(device, &status) != 0 && hundredths < 6000; hundredths++) usleep(10000);
  must(stat(device, &status), device);
}

int main(void) {
  must(mount("devtmpfs", "/dev", "devtmpfs", 0, ""), "/dev");
  load_modules();
  wait_for("/dev/vda");
  wait_for("/dev/vdb");
  must(mount("/dev/vda", "/root", "ext4", 0, ""), "the host's disk");
  must(mount("/dev/vdb", "/root/usr/lib/modules", "ext4", MS_RDONLY, ""), "the disk with the modules");
  must(mount("/dev", "/root/dev", NULL, MS_MOVE, NULL), "/root/dev");
  must(chdir("/root"), "/root");
  must(mount(".", "/", NULL, MS_MOVE, NULL), "the move of /root");
  must(chroot("."), "the change of the root");
  execl("/sbin/init", "init", (char *)NULL);
  must(-1, "/sbin/init");
}
