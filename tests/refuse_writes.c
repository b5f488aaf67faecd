/* Preloaded by the integration tests: while the file REFUSE_WHILE is there, files under REFUSE_UNDER can only be read, as after
   a remount by a kernel that has met an error. A real file system cannot be remounted so while it is written to. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int refused_path(const char *path) {
    const char *while_there = getenv("REFUSE_WHILE"), *under = getenv("REFUSE_UNDER");
    return while_there && under && strncmp(path, under, strlen(under)) == 0 && access(while_there, F_OK) == 0;
}

static int refused(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return refused_path(path);
}

#define REFUSE(type, name, parameters, file, ...)                      \
    type name parameters {                                             \
        static type(*next) parameters;                                 \
        if (!next) next = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
        if (refused(file)) {                                           \
            errno = EROFS;                                             \
            return -1;                                                 \
        }                                                              \
        return next(__VA_ARGS__);                                      \
    }

REFUSE(ssize_t, write, (int f, const void *b, size_t n), f, f, b, n)
REFUSE(ssize_t, pwrite, (int f, const void *b, size_t n, off_t at), f, f, b, n, at)
REFUSE(ssize_t, pwrite64, (int f, const void *b, size_t n, off64_t at), f, f, b, n, at)
REFUSE(int, ftruncate, (int f, off_t n), f, f, n)
REFUSE(int, ftruncate64, (int f, off64_t n), f, f, n)

#define REFUSE_OPEN(name)                                                                \
    int name(const char *path, int flags, ...) {                                         \
        static int (*next)(const char *, int, ...);                                      \
        if (!next) next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name);      \
        va_list more;                                                                    \
        va_start(more, flags);                                                           \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;        \
        va_end(more);                                                                    \
        if ((flags & O_ACCMODE) != O_RDONLY && refused_path(path)) {                     \
            errno = EROFS;                                                               \
            return -1;                                                                   \
        }                                                                                \
        return next(path, flags, mode);                                                  \
    }

REFUSE_OPEN(open)
REFUSE_OPEN(open64)
