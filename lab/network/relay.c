/*
 * relay PORT TAP CONTROL
 * Delays frames, for kernels without sch_netem. Copies frames PORT <-> TAP, each one held for the milliseconds in
 * the file CONTROL (a decimal number, reread when the file changes). The relay creates TAP; the caller adds it
 * to the bridge instead of PORT. Prints "ready" once frames pass.
 *
 * Both ends speak virtio_net_hdr, so that frames with pending segmentation or checksums pass unharmed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { largest_frame = 66000, frames_per_turn = 256 };

/* Interval in ms at which an idle relay checks CONTROL for changes. */
static const double control_interval = 100;

struct frame {
  struct frame *next;
  double due; /* ms on the monotonic clock */
  size_t length;
  char bytes[];
};

struct queue {
  struct frame *first, *last;
};

static double delay;
static struct timespec control_changed;
static double control_read;

static void fail(const char *what) {
  fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void read_control(const char *path) {
  struct stat status;
  control_read = now();
  if (stat(path, &status) != 0) return;
  if (status.st_mtim.tv_sec == control_changed.tv_sec && status.st_mtim.tv_nsec == control_changed.tv_nsec) return;
  control_changed = status.st_mtim;
  FILE *file = fopen(path, "r");
  if (file == NULL) return;
  double value;
  if (fscanf(file, "%lf", &value) == 1 && value >= 0) delay = value;
  fclose(file);
}

static void append(struct queue *queue, const char *bytes, size_t length) {
  struct frame *frame = malloc(sizeof *frame + length);
  if (frame == NULL) return; /* the frame is lost, as on a real wire */
  memcpy(frame->bytes, bytes, length);
  frame->length = length;
  frame->next = NULL;
  frame->due = now() + delay;
  if (queue->last != NULL) {
    /* A shortened delay must not let frames overtake each other. */
    if (frame->due < queue->last->due) frame->due = queue->last->due;
    queue->last->next = frame;
  } else {
    queue->first = frame;
  }
  queue->last = frame;
}

static void pass_on(struct queue *queue, int to) {
  double time = now();
  while (queue->first != NULL && queue->first->due <= time + 0.05) {
    struct frame *frame = queue->first;
    if (write(to, frame->bytes, frame->length) < 0 && errno == EAGAIN) return;
    queue->first = frame->next;
    if (queue->first == NULL) queue->last = NULL;
    free(frame);
  }
}

static void take_in(int from, struct queue *queue) {
  static char bytes[largest_frame];
  for (int count = 0; count < frames_per_turn; count++) {
    ssize_t length = read(from, bytes, sizeof bytes);
    if (length <= 0) return;
    append(queue, bytes, (size_t)length);
  }
}

static double time_left(const struct queue *queue, double at_most) {
  if (queue->first == NULL) return at_most;
  double left = queue->first->due - now();
  return left < 0 ? 0 : left < at_most ? left : at_most;
}

static int open_tap(const char *name) {
  int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (tap < 0) fail("/dev/net/tun");
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (ioctl(tap, TUNSETIFF, &request) != 0) fail(name);
  if (ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) != 0) fail("TUNSETOFFLOAD");
  return tap;
}

static int open_port(const char *name) {
  int port = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  if (port < 0) fail("packet socket");
  int yes = 1;
  if (setsockopt(port, SOL_PACKET, PACKET_VNET_HDR, &yes, sizeof yes) != 0) fail("PACKET_VNET_HDR");
  if (setsockopt(port, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) != 0) fail("PACKET_IGNORE_OUTGOING");
  int room = 8 << 20;
  setsockopt(port, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
  if (address.sll_ifindex == 0 || bind(port, (struct sockaddr *)&address, sizeof address) != 0) fail(name);
  struct packet_mreq all = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
  if (setsockopt(port, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0) fail("PACKET_ADD_MEMBERSHIP");
  return port;
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: relay PORT TAP CONTROL\n");
    return 2;
  }
  const char *control = arguments[3];
  int tap = open_tap(arguments[2]);
  int port = open_port(arguments[1]);
  struct queue to_tap = {0}, to_port = {0};
  read_control(control);
  puts("ready");
  fflush(stdout);
  for (;;) {
    double wait = time_left(&to_port, time_left(&to_tap, control_interval));
    struct timespec timeout = {.tv_sec = (time_t)(wait / 1e3), .tv_nsec = (long)(wait * 1e6) % 1000000000L};
    struct pollfd ends[2] = {{.fd = port, .events = POLLIN}, {.fd = tap, .events = POLLIN}};
    ppoll(ends, 2, &timeout, NULL);
    if (ends[0].revents != 0) take_in(port, &to_tap);
    if (ends[1].revents != 0) take_in(tap, &to_port);
    pass_on(&to_tap, tap);
    pass_on(&to_port, port);
    if (now() - control_read >= control_interval) read_control(control);
  }
}
