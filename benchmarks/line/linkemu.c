// A line between two network namespaces, in user space: rate, delay, loss, a bounded queue, cuts.
//
// Two TUN devices are made, one in each namespace; what is written into one comes out of the other
// as late, as seldom and as slowly as the line would have it. Loss is drawn from a seeded generator.
// A packet that is under way when the line is cut is lost, as on a real line.
//
// usage: linkemu NS-A DEV-A NS-B DEV-B RATE(bit/s) DELAY(s, one way) LOSS(0..1) QUEUE(s)
//                UP(s) DOWN(s) ORIGIN(s of CLOCK_MONOTONIC at which the first UP begins) SEED
// Before ORIGIN the line is cut.
// UP 0: never cut. On standard input, one a line: "cut", "up", "stat"; the end of input ends it.
// "stat" answers with one JSON line: for each direction packets and bytes in and out, what was lost,
// over the queue's bound or cut, the waiting time in the queue (mean, median, 99 of 100, longest).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 65536
#define BUCKETS 1000 // of one millisecond
#define PACKET_MAX 65536

typedef struct {
  double due;
  int length;
  unsigned char *bytes;
} packet;

typedef struct {
  packet slots[SLOTS];
  unsigned head, tail;
  double free_at, last_due, wait_sum, wait_max;
  long in, out, lost, over, cut, bytes_in, bytes_out, waited;
  long wait[BUCKETS];
} direction;

static direction ways[2];
static double rate, delay, loss, queue, up, down, origin;
static int held; // cut by hand

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int is_cut(double at) {
  if (held) return 1;
  if (at < origin) return 1; // nothing passes before all is staged
  if (up <= 0) return 0;
  double phase = at - origin, period = up + down;
  phase -= period * (long)(phase / period);
  return phase >= up;
}

static int tun_in(const char *space, const char *name) {
  char path[256];
  struct ifreq request;
  snprintf(path, sizeof path, "/var/run/netns/%s", space);
  int ns = open(path, O_RDONLY);
  if (ns < 0 || setns(ns, CLONE_NEWNET)) {
    perror(path);
    exit(1);
  }
  close(ns);
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (tun < 0 || ioctl(tun, TUNSETIFF, &request)) {
    perror("/dev/net/tun");
    exit(1);
  }
  return tun;
}

static double quantile(const direction *way, double share) {
  long seen = 0;
  for (int ms = 0; ms < BUCKETS; ms++) {
    seen += way->wait[ms];
    if (seen >= share * way->waited) return ms;
  }
  return BUCKETS;
}

static void tell(void) {
  printf("[");
  for (int i = 0; i < 2; i++) {
    direction *w = &ways[i];
    printf("%s{\"in\":%ld,\"out\":%ld,\"lost\":%ld,\"over\":%ld,\"cut\":%ld,\"bytes_in\":%ld,"
           "\"bytes_out\":%ld,\"wait_ms_mean\":%.1f,\"wait_ms_median\":%.0f,\"wait_ms_p99\":%.0f,"
           "\"wait_ms_max\":%.0f}",
           i ? "," : "", w->in, w->out, w->lost, w->over, w->cut, w->bytes_in, w->bytes_out,
           w->waited ? w->wait_sum / w->waited * 1e3 : 0, quantile(w, .5), quantile(w, .99),
           w->wait_max * 1e3);
  }
  printf("]\n");
  fflush(stdout);
}

static void enter(direction *way, const unsigned char *bytes, int length) {
  double at = now();
  way->in++;
  way->bytes_in += length;
  if (is_cut(at)) {
    way->cut++;
    return;
  }
  if (way->free_at < at) way->free_at = at;
  double wait = way->free_at - at;
  if (wait > queue || way->tail - way->head >= SLOTS - 1) {
    way->over++;
    return;
  }
  int bucket = (int)(wait * 1e3);
  way->wait[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  way->waited++;
  way->wait_sum += wait;
  if (wait > way->wait_max) way->wait_max = wait;
  way->free_at += length * 8.0 / rate; // what is lost has used the line too
  if (drand48() < loss) {
    way->lost++;
    return;
  }
  packet *slot = &way->slots[way->tail++ % SLOTS];
  slot->due = way->free_at + delay;
  slot->length = length;
  slot->bytes = malloc(length);
  memcpy(slot->bytes, bytes, length);
}

static double leave(direction *way, int tun, double next) {
  double at = now();
  while (way->head != way->tail && way->slots[way->head % SLOTS].due <= at) {
    packet *slot = &way->slots[way->head++ % SLOTS];
    if (is_cut(slot->due)) {
      way->cut++;
    } else if (write(tun, slot->bytes, slot->length) == slot->length) {
      way->out++;
      way->bytes_out += slot->length;
    }
    free(slot->bytes);
  }
  if (way->head == way->tail) return next;
  double due = way->slots[way->head % SLOTS].due;
  return due < next ? due : next;
}

static int obey(void) {
  char said[256];
  long length = read(0, said, sizeof said - 1);
  if (length <= 0) return 0;
  said[length] = 0;
  for (char *word = strtok(said, "\n"); word; word = strtok(NULL, "\n")) {
    if (!strcmp(word, "cut")) held = 1;
    if (!strcmp(word, "up")) held = 0;
    if (!strcmp(word, "stat")) tell();
  }
  return 1;
}

int main(int count, char **words) {
  static unsigned char buffer[PACKET_MAX];
  if (count != 13) {
    fprintf(stderr, "linkemu: twelve arguments\n");
    return 1;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sched_param first = {.sched_priority = 1};
  sched_setscheduler(0, SCHED_FIFO, &first); // the line is not late because the machine is busy
  int tuns[2] = {tun_in(words[1], words[2]), tun_in(words[3], words[4])};
  rate = atof(words[5]), delay = atof(words[6]), loss = atof(words[7]), queue = atof(words[8]);
  up = atof(words[9]), down = atof(words[10]), origin = atof(words[11]);
  srand48(atol(words[12]));
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    double next = now() + 0.5;
    for (int i = 0; i < 2; i++) next = leave(&ways[i], tuns[1 - i], next);
    struct pollfd ready[3] = {{tuns[0], POLLIN, 0}, {tuns[1], POLLIN, 0}, {0, POLLIN, 0}};
    double rest = next - now();
    if (rest < 0) rest = 0;
    struct timespec wait = {(long)rest, (long)((rest - (long)rest) * 1e9)};
    ppoll(ready, 3, &wait, NULL);
    for (int i = 0; i < 2; i++) {
      for (int k = 0; ready[i].revents & POLLIN && k < 64; k++) {
        int length = read(tuns[i], buffer, sizeof buffer);
        if (length <= 0) break;
        enter(&ways[i], buffer, length);
      }
    }
    if (ready[2].revents && !obey()) return 0;
  }
}
