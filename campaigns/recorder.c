/* Records what a process does to the files under one folder: every write with its bytes, every
 * truncation, change of a name, and sync, in the order in which they were done.
 *
 * Preloaded (LD_PRELOAD) into the process; RECORDER_ROOT names the folder, RECORDER_TRACE the file
 * that is appended to. One record is one write(2), so that it is whole or not there. The deed and its
 * record are done under one lock, also between processes, so that the order is the true one.
 *
 * A record: kind (1 byte), 7 zero bytes, then native int64: file (inode), offset or length,
 * lengths of two paths and of the data; then the two paths, relative to the folder, and the data.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char root[PATH_MAX];
static size_t root_length;
static int trace = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static void hold(void)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    pthread_mutex_lock(&lock);
    if (trace >= 0)
        while (fcntl(trace, F_SETLKW, &whole) < 0 && errno == EINTR) continue;
}

static void let_go(void)
{
    int saved = errno;
    struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    if (trace >= 0) fcntl(trace, F_SETLK, &whole);
    pthread_mutex_unlock(&lock);
    errno = saved;
}

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("RECORDER_ROOT"), *name = getenv("RECORDER_TRACE");
    if (!folder || !name || !realpath(folder, root)) return;
    root_length = strlen(root);
    REAL(open);
    int fd = real(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) abort();
    trace = fcntl(fd, F_DUPFD_CLOEXEC, 700); /* out of the way of programs that count on 3 being free */
    close(fd);
    pthread_atfork(hold, let_go, let_go);
}

static void note(char kind, int64_t file, int64_t at, const char *one, const char *two,
                 const void *data, size_t length)
{
    if (trace < 0) return;
    int saved = errno;
    size_t ones = one ? strlen(one) : 0, twos = two ? strlen(two) : 0;
    size_t size = 48 + ones + twos + length;
    char *record = calloc(1, size);
    int64_t facts[5] = {file, at, (int64_t)ones, (int64_t)twos, (int64_t)length};
    record[0] = kind;
    memcpy(record + 8, facts, sizeof facts);
    if (ones) memcpy(record + 48, one, ones);
    if (twos) memcpy(record + 48 + ones, two, twos);
    if (length) memcpy(record + 48 + ones + twos, data, length);
    REAL(write);
    if (real(trace, record, size) != (ssize_t)size) abort(); /* a trace with a hole proves nothing */
    free(record);
    errno = saved;
}

/* The path relative to the folder, or 0 where it lies elsewhere. The last part is not resolved. */
static int inside(int dirfd, const char *path, char *out)
{
    char whole[PATH_MAX * 2], parent[PATH_MAX];
    if (trace < 0 || !path) return 0;
    if (path[0] == '/' || dirfd == AT_FDCWD)
        snprintf(whole, sizeof whole, "%s", path);
    else
        snprintf(whole, sizeof whole, "/proc/self/fd/%d/%s", dirfd, path);
    size_t end = strlen(whole);
    while (end > 1 && whole[end - 1] == '/') whole[--end] = 0;
    char *last = strrchr(whole, '/');
    const char *name = last ? last + 1 : whole;
    if (last) *last = 0;
    int saved = errno;
    const char *above = last ? (whole[0] ? whole : "/") : ".";
    char *found = realpath(above, parent);
    errno = saved;
    if (!found) return 0;
    if (strncmp(parent, root, root_length)) return 0;
    if (parent[root_length] && parent[root_length] != '/') return 0;
    const char *below = parent + root_length + (parent[root_length] == '/');
    snprintf(out, PATH_MAX, "%s%s%s", below, *below ? "/" : "", name);
    return 1;
}

/* Whether a descriptor is a file or folder under ours; its path, which may be gone by now. */
static int held(int fd, struct stat *facts, char *out)
{
    char link[64], path[PATH_MAX];
    if (trace < 0 || fd == trace || fstat(fd, facts)) return 0;
    if (!S_ISREG(facts->st_mode) && !S_ISDIR(facts->st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, root, root_length)) return 0;
    if (path[root_length] && path[root_length] != '/') return 0;
    if (out) snprintf(out, PATH_MAX, "%s", path + root_length + (path[root_length] == '/'));
    return 1;
}

static void noted(char kind, int fd, int64_t at, const void *data, size_t length)
{
    struct stat facts;
    char path[PATH_MAX];
    int saved = errno;
    if (held(fd, &facts, path)) note(kind, (int64_t)facts.st_ino, at, path, 0, data, length);
    errno = saved;
}

/* What another call put into the file, read back. */
static void read_back(int fd, off_t at, size_t length)
{
    struct stat facts;
    char link[64];
    int saved = errno;
    if (!held(fd, &facts, 0)) { errno = saved; return; }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    char *data = malloc(length ? length : 1);
    int again = ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open"))(link, O_RDONLY);
    if (again < 0 || pread(again, data, length, at) != (ssize_t)length) abort();
    close(again);
    noted('w', fd, at, data, length);
    free(data);
    errno = saved;
}

static int opened(int (*call)(int, const char *, int, ...), int dirfd, const char *path, int flags,
                  mode_t mode)
{
    char name[PATH_MAX];
    struct stat facts;
    if (!(flags & (O_CREAT | O_TRUNC)) && (flags & O_TMPFILE) != O_TMPFILE)
        return call(dirfd, path, flags, mode);
    hold();
    int ours = inside(dirfd, path, name);
    int nameless = (flags & O_TMPFILE) == O_TMPFILE;
    char hidden[PATH_MAX];
    int fresh = ours && fstatat(dirfd, path, &facts, 0) != 0;
    int fd = call(dirfd, path, flags, mode);
    if (nameless && fd >= 0 && held(fd, &facts, hidden)) {
        note('n', (int64_t)facts.st_ino, 0, 0, 0, 0, 0);
    } else if (ours && fd >= 0 && !fstat(fd, &facts)) {
        if (fresh) note('c', (int64_t)facts.st_ino, 0, name, 0, 0, 0);
        else if (flags & O_TRUNC) note('t', (int64_t)facts.st_ino, 0, name, 0, 0, 0);
    }
    let_go();
    return fd;
}

#define MODE_OF(flags, mode) \
    mode_t mode = 0; \
    if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { \
        va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

#define OPENAT ((int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat"))

int open(const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(OPENAT, AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(OPENAT, AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(OPENAT, at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(OPENAT, at, path, flags, mode); }
int __open_2(const char *path, int flags) { return opened(OPENAT, AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(OPENAT, AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char *path, int flags) { return opened(OPENAT, at, path, flags, 0); }
int __openat64_2(int at, const char *path, int flags) { return opened(OPENAT, at, path, flags, 0); }
int creat(const char *path, mode_t mode) { return opened(OPENAT, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return opened(OPENAT, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

ssize_t write(int fd, const void *data, size_t length)
{
    REAL(write);
    hold();
    ssize_t done = real(fd, data, length);
    if (done > 0 && trace >= 0) {
        int saved = errno;
        off_t now = lseek(fd, 0, SEEK_CUR);
        errno = saved;
        if (now >= 0) noted('w', fd, now - done, data, (size_t)done);
    }
    let_go();
    return done;
}

#define PWRITE(name, offset) \
ssize_t name(int fd, const void *data, size_t length, offset at) \
{ \
    REAL(name); \
    hold(); \
    ssize_t done = real(fd, data, length, at); \
    if (done > 0) noted('w', fd, at, data, (size_t)done); \
    let_go(); \
    return done; \
}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    REAL(writev);
    hold();
    ssize_t done = real(fd, parts, count);
    if (done > 0) {
        off_t now = lseek(fd, 0, SEEK_CUR);
        if (now >= 0) read_back(fd, now - done, (size_t)done);
    }
    let_go();
    return done;
}

#define PWRITEV(name, offset) \
ssize_t name(int fd, const struct iovec *parts, int count, offset at) \
{ \
    REAL(name); \
    hold(); \
    ssize_t done = real(fd, parts, count, at); \
    if (done > 0) read_back(fd, at, (size_t)done); \
    let_go(); \
    return done; \
}
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

#define SENDFILE(name, offset) \
ssize_t name(int out, int in, offset *from, size_t length) \
{ \
    REAL(name); \
    hold(); \
    ssize_t done = real(out, in, from, length); \
    if (done > 0) { \
        off_t now = lseek(out, 0, SEEK_CUR); \
        if (now >= 0) read_back(out, now - done, (size_t)done); \
    } \
    let_go(); \
    return done; \
}
SENDFILE(sendfile, off_t)
SENDFILE(sendfile64, off64_t)

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags)
{
    REAL(copy_file_range);
    hold();
    ssize_t done = real(in, from, out, to, length, flags);
    if (done > 0) read_back(out, (to ? *to : lseek(out, 0, SEEK_CUR)) - done, (size_t)done);
    let_go();
    return done;
}

#define TRUNCATE(name, offset) \
int name(int fd, offset length) \
{ \
    REAL(name); \
    hold(); \
    int failed = real(fd, length); \
    if (!failed) noted('t', fd, length, 0, 0); \
    let_go(); \
    return failed; \
}
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

/* Making a file longer without writing to it; a hole of zeros, as a truncation upwards is. */
#define ALLOCATE(name, offset) \
int name(int fd, offset at, offset length) \
{ \
    REAL(name); \
    struct stat before; \
    hold(); \
    int known = fstat(fd, &before); \
    int failed = real(fd, at, length); \
    if (!failed && !known && at + length > before.st_size) noted('t', fd, at + length, 0, 0); \
    let_go(); \
    return failed; \
}
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)

#define SYNC(name) \
int name(int fd) \
{ \
    REAL(name); \
    hold(); \
    int failed = real(fd); \
    if (!failed) noted('s', fd, 0, 0, 0); \
    let_go(); \
    return failed; \
}
SYNC(fsync)
SYNC(fdatasync)

static int moved(char kind, int failed, int64_t file, int from_ours, const char *from, int to_ours,
                 const char *to)
{
    if (!failed && (from_ours || to_ours))
        note(kind, file, 0, from_ours ? from : "", to_ours ? to : "", 0, 0);
    return failed;
}

static int renamed(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    char one[PATH_MAX], two[PATH_MAX];
    struct stat facts = {0};
    hold();
    int one_ours = inside(from_at, from, one), two_ours = inside(to_at, to, two);
    fstatat(from_at, from, &facts, AT_SYMLINK_NOFOLLOW);
    int failed = ((int (*)(int, const char *, int, const char *, unsigned))dlsym(
        RTLD_NEXT, "renameat2"))(from_at, from, to_at, to, flags);
    moved('r', failed, (int64_t)facts.st_ino, one_ours, one, two_ours, two);
    let_go();
    return failed;
}

int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return renamed(a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return renamed(a, from, b, to, flags); }

static int linked(int from_at, const char *from, int to_at, const char *to, int flags)
{
    char two[PATH_MAX];
    struct stat facts = {0};
    hold();
    int ours = inside(to_at, to, two);
    int failed = ((int (*)(int, const char *, int, const char *, int))dlsym(RTLD_NEXT, "linkat"))(
        from_at, from, to_at, to, flags);
    if (!failed && ours && !fstatat(to_at, to, &facts, AT_SYMLINK_NOFOLLOW))
        note('l', (int64_t)facts.st_ino, 0, two, 0, 0, 0);
    let_go();
    return failed;
}

int link(const char *from, const char *to) { return linked(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return linked(a, from, b, to, flags); }

static int removed(int at, const char *path, int flags)
{
    char name[PATH_MAX];
    struct stat facts = {0};
    hold();
    int ours = inside(at, path, name);
    fstatat(at, path, &facts, AT_SYMLINK_NOFOLLOW);
    int failed = ((int (*)(int, const char *, int))dlsym(RTLD_NEXT, "unlinkat"))(at, path, flags);
    if (!failed && ours) note('u', (int64_t)facts.st_ino, 0, name, 0, 0, 0);
    let_go();
    return failed;
}

int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return removed(at, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

static int made(int at, const char *path, mode_t mode)
{
    char name[PATH_MAX];
    struct stat facts;
    hold();
    int failed = ((int (*)(int, const char *, mode_t))dlsym(RTLD_NEXT, "mkdirat"))(at, path, mode);
    if (!failed && inside(at, path, name) && !fstatat(at, path, &facts, AT_SYMLINK_NOFOLLOW))
        note('d', (int64_t)facts.st_ino, 0, name, 0, 0, 0);
    let_go();
    return failed;
}

int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }
int mkdirat(int at, const char *path, mode_t mode) { return made(at, path, mode); }

/* A shared, writable map changes a file where nobody sees it: it is named, so that a reader of the
 * trace can refuse every one that is not SQLite's index of its log. */
#define MAPPED(name, offset) \
void *name(void *where, size_t length, int protection, int flags, int fd, offset at) \
{ \
    REAL(name); \
    void *given = real(where, length, protection, flags, fd, at); \
    if (fd >= 0 && trace >= 0 && given != MAP_FAILED && (flags & MAP_SHARED) && \
        (protection & PROT_WRITE)) { \
        hold(); \
        noted('m', fd, at, 0, 0); \
        let_go(); \
    } \
    return given; \
}
MAPPED(mmap, off_t)
MAPPED(mmap64, off64_t)

/* Called by the recorded program itself: what it has promised to the world by now. */
void recorder_mark(const char *data, size_t length)
{
    hold();
    note('!', 0, 0, 0, 0, data, length);
    let_go();
}
