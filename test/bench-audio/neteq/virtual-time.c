/*
 * Virtual time for one process, to be preloaded: its clocks stand still while any of its threads works and go on, by a
 * millisecond at most, when all of them sleep. So a program that runs in real time gives the same on a busy machine as on an
 * idle one. What waits for a time is registered with its deadline and woken when the clocks are there.
 *
 *   cc -shared -fPIC -O2 -o virtual-time.so virtual-time.c && LD_PRELOAD=./virtual-time.so PROGRAM
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4096
#define NEVER INT64_MAX
#define SECOND 1000000000LL
#define MILLISECOND 1000000LL
/* Times from here on count from 1970, earlier ones from the start of the machine. */
#define SINCE_1970 (1000000000LL * SECOND)
#define WAKE (SIGRTMIN + 7)

typedef int64_t nanoseconds;

struct waiter {
  _Atomic int used;
  _Atomic nanoseconds deadline;
  /* Held while the waiter is woken, so that it does not go and its condition vanish. */
  pthread_mutex_t lock;
  pthread_cond_t *condition;
  pid_t thread;
};

static struct waiter waiters[THREADS];
static _Atomic int waiter_count;
static __thread struct waiter *own;
static pthread_key_t own_key;
/* Virtual time since the start, and the clocks of the machine then. */
static _Atomic nanoseconds now;
static nanoseconds monotonic_start, realtime_start;
static _Atomic int threads_changed = 1;

static int (*real_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
static int (*real_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*real_broadcast)(pthread_cond_t *);
static int (*real_ioctl)(int, unsigned long, ...);

static nanoseconds in_nanoseconds(const struct timespec *time) {
  return time->tv_sec * SECOND + time->tv_nsec;
}

/* Virtual time of a point in time of one of the clocks. */
static nanoseconds since_start(const struct timespec *time) {
  nanoseconds point = in_nanoseconds(time);
  return point - (point >= SINCE_1970 ? realtime_start : monotonic_start);
}

/* ---- Waiting ---- */

static void give_back(void *waiter) {
  atomic_store(&((struct waiter *)waiter)->used, 0);
}

static struct waiter *own_waiter(void) {
  if (own != NULL) return own;
  for (int index = 0; index < THREADS && own == NULL; index++) {
    int unused = 0;
    if (!atomic_compare_exchange_strong(&waiters[index].used, &unused, 1)) continue;
    own = &waiters[index];
    int count = atomic_load(&waiter_count);
    while (count <= index && !atomic_compare_exchange_weak(&waiter_count, &count, index + 1)) continue;
  }
  if (own == NULL) abort();
  own->thread = syscall(SYS_gettid);
  atomic_store(&own->deadline, NEVER);
  pthread_setspecific(own_key, own);
  sigset_t wake;
  sigemptyset(&wake);
  sigaddset(&wake, WAKE);
  pthread_sigmask(SIG_UNBLOCK, &wake, NULL);
  return own;
}

static void expect(nanoseconds deadline, pthread_cond_t *condition) {
  struct waiter *waiter = own_waiter();
  pthread_mutex_lock(&waiter->lock);
  waiter->condition = condition;
  atomic_store(&waiter->deadline, deadline);
  pthread_mutex_unlock(&waiter->lock);
}

/* Waits by `call`, which has no limit of its own, for `limit` of virtual time at most; then it returns -1 with EINTR. */
#define WAIT(limit, call)                                       \
  ({                                                            \
    nanoseconds deadline_ = now + (limit);                      \
    long result_;                                               \
    int error_;                                                 \
    do {                                                        \
      expect(deadline_, NULL);                                  \
      errno = EINTR;                                            \
      result_ = now >= deadline_ ? -1 : (call);                 \
      error_ = errno;                                           \
      expect(NEVER, NULL);                                      \
      errno = error_;                                           \
    } while (result_ < 0 && error_ == EINTR && now < deadline_); \
    result_;                                                    \
  })

static void rest(nanoseconds length) {
  WAIT(length, syscall(SYS_poll, NULL, 0, -1));
}

int epoll_pwait(int set, struct epoll_event *events, int most, int limit, const sigset_t *mask) {
  int result = -1;
  if (limit > 0) {
    result = WAIT(limit * MILLISECOND, syscall(SYS_epoll_pwait, set, events, most, -1, mask, _NSIG / 8));
    if (result >= 0 || errno != EINTR) return result;
    limit = 0;
  }
  return syscall(SYS_epoll_pwait, set, events, most, limit, mask, _NSIG / 8);
}

int epoll_wait(int set, struct epoll_event *events, int most, int limit) {
  return epoll_pwait(set, events, most, limit, NULL);
}

int poll(struct pollfd *files, nfds_t count, int limit) {
  if (limit > 0) {
    int result = WAIT(limit * MILLISECOND, syscall(SYS_poll, files, count, -1));
    if (result >= 0 || errno != EINTR) return result;
    limit = 0;
  }
  return syscall(SYS_poll, files, count, limit);
}

int nanosleep(const struct timespec *length, struct timespec *left) {
  (void)left;
  rest(in_nanoseconds(length));
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left) {
  (void)clock;
  (void)left;
  rest(flags & TIMER_ABSTIME ? since_start(time) - now : in_nanoseconds(time));
  return 0;
}

int usleep(useconds_t length) {
  rest(length * 1000LL);
  return 0;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *time) {
  nanoseconds deadline = since_start(time);
  if (now >= deadline) return ETIMEDOUT;
  expect(deadline, condition);
  int result = real_wait(condition, mutex);
  expect(NEVER, NULL);
  return result == 0 && now >= deadline ? ETIMEDOUT : result;
}

int pthread_cond_clockwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *time) {
  (void)clock;
  return pthread_cond_timedwait(condition, mutex, time);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *time) {
  nanoseconds deadline = since_start(time);
  while (sem_trywait(semaphore) != 0) {
    if (now >= deadline) {
      errno = ETIMEDOUT;
      return -1;
    }
    rest(MILLISECOND);
  }
  return 0;
}

/* ---- Clocks ---- */

static struct timespec as_time(nanoseconds time) {
  return (struct timespec){time / SECOND, time % SECOND};
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      *time = as_time(realtime_start + now);
      return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
      *time = as_time(monotonic_start + now);
      return 0;
    default:
      return syscall(SYS_clock_gettime, clock, time);
  }
}

int gettimeofday(struct timeval *time, void *zone) {
  (void)zone;
  nanoseconds point = realtime_start + now;
  *time = (struct timeval){point / SECOND, point % SECOND / 1000};
  return 0;
}

time_t time(time_t *result) {
  time_t seconds = (realtime_start + now) / SECOND;
  if (result != NULL) *result = seconds;
  return seconds;
}

/* The kernel's own time of a datagram is not ours. */
int ioctl(int file, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (request == SIOCGSTAMP_OLD || request == SIOCGSTAMPNS_OLD) {
    errno = ENOENT;
    return -1;
  }
  return real_ioctl(file, request, argument);
}

/* ---- What moves them on ---- */

static int states[THREADS];
static int state_count;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  int result = real_create(thread, attributes, run, argument);
  atomic_store(&threads_changed, 1);
  return result;
}

static void list_threads(pid_t but) {
  while (state_count > 0) close(states[--state_count]);
  DIR *folder = opendir("/proc/self/task");
  struct dirent *entry;
  while ((entry = readdir(folder)) != NULL && state_count < THREADS) {
    char path[64];
    int thread = atoi(entry->d_name);
    if (thread == 0 || thread == but) continue;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) states[state_count++] = file;
  }
  closedir(folder);
}

static int all_sleep(void) {
  for (int index = 0; index < state_count; index++) {
    char line[128];
    ssize_t length = pread(states[index], line, sizeof line - 1, 0);
    if (length <= 0) {
      atomic_store(&threads_changed, 1);
      continue;
    }
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    if (name_end != NULL && strchr("RD", name_end[2]) != NULL) return 0;
  }
  return 1;
}

/* Wakes whose time has come. Returns the next deadline, or one that is over where somebody was woken. */
static nanoseconds wake_expired(pid_t process) {
  nanoseconds next = NEVER;
  int count = waiter_count;
  for (int index = 0; index < count; index++) {
    struct waiter *waiter = &waiters[index];
    if (!waiter->used) continue;
    nanoseconds deadline = waiter->deadline;
    if (deadline < next) next = deadline;
    if (deadline > now) continue;
    pthread_mutex_lock(&waiter->lock);
    if (waiter->deadline <= now) {
      // Both may come just before the thread waits; then it is woken once more.
      if (waiter->condition != NULL) real_broadcast(waiter->condition);
      else syscall(SYS_tgkill, process, waiter->thread, WAKE);
    }
    pthread_mutex_unlock(&waiter->lock);
  }
  return next;
}

static void *move_on(void *unused) {
  (void)unused;
  pid_t thread = syscall(SYS_gettid);
  pid_t process = getpid();
  const struct timespec moment = {0, 20000};
  for (;;) {
    if (atomic_exchange(&threads_changed, 0)) list_threads(thread);
    nanoseconds next = wake_expired(process);
    // Looked at twice: one thread may have woken another that was looked at before, and then gone to sleep.
    if (next <= now || !all_sleep() || !all_sleep()) syscall(SYS_nanosleep, &moment, NULL);
    else now = next < now + MILLISECOND ? next : now + MILLISECOND;
  }
  return NULL;
}

static void ignore(int signal) {
  (void)signal;
}

__attribute__((constructor)) static void begin(void) {
  real_create = dlsym(RTLD_NEXT, "pthread_create");
  real_ioctl = dlsym(RTLD_NEXT, "ioctl");
  real_wait = dlsym(RTLD_NEXT, "pthread_cond_wait");
  real_broadcast = dlsym(RTLD_NEXT, "pthread_cond_broadcast");
  for (int index = 0; index < THREADS; index++) pthread_mutex_init(&waiters[index].lock, NULL);
  struct timespec time;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  monotonic_start = in_nanoseconds(&time);
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &time);
  realtime_start = in_nanoseconds(&time);
  pthread_key_create(&own_key, give_back);
  struct sigaction action = {.sa_handler = ignore};
  sigaction(WAKE, &action, NULL);
  pthread_t mover;
  real_create(&mover, NULL, move_on, NULL);
}
