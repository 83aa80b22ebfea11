/* Stands between the process and its disk (LD_PRELOAD), for files below one directory.
 *
 * Writes down, in order and with data, what changes a file or a directory, and every sync. A sync is
 * noted and not made: what it would have saved is worked out from the notes. A write or a sync may be
 * had to fail. One thread.
 *
 * A note: kind, then three numbers (file, offset, size), then the lengths of name and data, then both.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

struct note {
    uint64_t kind;
    uint64_t file;
    int64_t offset;
    int64_t size;
    uint32_t name_length;
    uint32_t data_length;
};

static char root[4096];
static size_t root_length;
static char *notes;
static size_t noted, room;

static int fail_kind, fail_errno, fail_lasting, failures;
static long fail_after, calls[128];

void shim_watch(const char *directory) {
    noted = 0;
    root_length = directory ? strlen(directory) : 0;
    if (directory) strcpy(root, directory);
    memset(calls, 0, sizeof calls);
}

const char *shim_notes(void) { return notes; }
size_t shim_noted(void) { return noted; }

/* The write ('W') or sync ('S') after `after` others fails with `error`, and with `lasting` all that
 * follow, until this is called again; error 0 ends it. */
void shim_fail(int kind, long after, int error, int lasting) {
    fail_kind = kind, fail_after = after, fail_errno = error, fail_lasting = lasting;
    failures = 0;
}

int shim_failures(void) { return failures; }

/* How many writes ('W') or syncs ('S') there were that might have failed. */
long shim_calls(int kind) { return calls[kind]; }

static int fails(int kind) {
    calls[kind]++;
    if (!fail_errno || kind != fail_kind || (fail_after-- > 0) || (failures && !fail_lasting))
        return 0;
    failures++;
    errno = fail_errno;
    return 1;
}

static int watched(const char *path) {
    return root_length && !strncmp(path, root, root_length) &&
           (path[root_length] == '/' || !path[root_length]);
}

static const char *path_of(int fd, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = root_length ? readlink(link, buffer, 4095) : -1;
    buffer[length < 0 ? 0 : length] = 0;
    return watched(buffer) ? buffer : NULL;
}

/* 0 for one without a name: nobody finds it after a power cut. */
static uint64_t file_of(int fd) {
    struct stat found;
    return fstat(fd, &found) || !found.st_nlink ? 0 : found.st_ino;
}

static void note(int kind, uint64_t file, int64_t offset, int64_t size, const char *name,
                 const void *data, size_t data_length) {
    int saved = errno;
    if (!file && strchr("CTWS", kind)) return;
    struct note head = {kind, file, offset, size, strlen(name), data_length};
    size_t length = sizeof head + head.name_length + data_length;
    if (noted + length > room) notes = realloc(notes, room = 2 * (noted + length));
    memcpy(notes + noted, &head, sizeof head);
    memcpy(notes + noted + sizeof head, name, head.name_length);
    memcpy(notes + noted + sizeof head + head.name_length, data, data_length);
    noted += length;
    errno = saved;
}

/* ---- opening */

static int opened(int fd, const char *path, int flags, int existed) {
    if (fd >= 0 && watched(path)) {
        if (!existed) note('C', file_of(fd), 0, 0, path, "", 0);
        else if (flags & O_TRUNC) note('T', file_of(fd), 0, 0, path, "", 0);
    }
    return fd;
}

#define OPEN(name)                                                              \
    int name(const char *path, int flags, ...) {                                \
        va_list rest;                                                           \
        va_start(rest, flags);                                                  \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                           \
        int existed = !(flags & O_CREAT) || !access(path, F_OK);                \
        if (!existed && watched(path) && fails('W')) return -1;                 \
        return opened(REAL(name)(path, flags, mode), path, flags, existed);     \
    }

OPEN(open)
OPEN(open64)

/* ---- writing */

#define WRITE(name, offset_type)                                                            \
    ssize_t name(int fd, const void *data, size_t size, offset_type offset) {               \
        char buffer[4096];                                                                  \
        const char *path = path_of(fd, buffer);                                             \
        if (path && fails('W')) return -1;                                                  \
        ssize_t written = REAL(name)(fd, data, size, offset);                               \
        if (path && written > 0) note('W', file_of(fd), offset, written, path, data, written); \
        return written;                                                                     \
    }

WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    char buffer[4096];
    const char *path = path_of(fd, buffer);
    if (path && fails('W')) return -1;
    ssize_t written = REAL(write)(fd, data, size);
    if (path && written > 0) {
        off_t end = lseek(fd, 0, SEEK_CUR);
        note('W', file_of(fd), end - written, written, path, data, written);
    }
    return written;
}

#define TRUNCATE(name, offset_type)                                       \
    int name(int fd, offset_type size) {                                  \
        char buffer[4096];                                                \
        const char *path = path_of(fd, buffer);                           \
        if (path && fails('W')) return -1;                                \
        int failed = REAL(name)(fd, size);                                \
        if (path && !failed) note('T', file_of(fd), 0, size, path, "", 0); \
        return failed;                                                    \
    }

TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

/* What the recorder doesn't follow must not go by unseen. */

#define UNSEEN(path, call)                                      \
    if (path) {                                                 \
        note('?', 0, 0, 0, path, #call, sizeof #call - 1);      \
    }

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    char buffer[4096];
    UNSEEN(path_of(fd, buffer), writev)
    return REAL(writev)(fd, pieces, count);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
    char buffer[4096];
    UNSEEN(path_of(fd, buffer), pwritev)
    return REAL(pwritev)(fd, pieces, count, offset);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
    char buffer[4096];
    UNSEEN(path_of(fd, buffer), fallocate)
    return REAL(fallocate64)(fd, mode, offset, size);
}

int posix_fallocate64(int fd, off64_t offset, off64_t size) {
    char buffer[4096];
    UNSEEN(path_of(fd, buffer), posix_fallocate)
    return REAL(posix_fallocate64)(fd, offset, size);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset) {
    char buffer[4096];
    const char *path = fd < 0 ? NULL : path_of(fd, buffer);
    /* The index of a WAL is mapped, and made anew when it is missing. */
    int index = path && strlen(path) > 4 && !strcmp(path + strlen(path) - 4, "-shm");
    if (!index && (protection & PROT_WRITE) && (flags & MAP_SHARED)) UNSEEN(path, mmap)
    return REAL(mmap64)(address, size, protection, flags, fd, offset);
}

/* ---- names */

int unlink(const char *path) {
    int failed = REAL(unlink)(path);
    if (!failed && watched(path)) note('U', 0, 0, 0, path, "", 0);
    return failed;
}

int rename(const char *from, const char *to) {
    int failed = REAL(rename)(from, to);
    if (!failed && (watched(from) || watched(to))) note('R', 0, 0, 0, from, to, strlen(to));
    return failed;
}

int mkdir(const char *path, mode_t mode) {
    if (watched(path) && fails('W')) return -1;
    int failed = REAL(mkdir)(path, mode);
    if (!failed && watched(path)) note('D', 0, 0, 0, path, "", 0);
    return failed;
}

/* ---- syncs */

#define SYNC(name)                                              \
    int name(int fd) {                                          \
        char buffer[4096];                                      \
        const char *path = path_of(fd, buffer);                 \
        if (!path) return 0;                                    \
        if (fails('S')) return -1;                              \
        note('S', file_of(fd), 0, 0, path, "", 0);              \
        return 0;                                               \
    }

SYNC(fsync)
SYNC(fdatasync)
