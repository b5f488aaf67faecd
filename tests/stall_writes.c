/* Preloaded by the integration tests: while the file STALL_WHILE is there, what is written to files under STALL_UNDER does not
   return, as on a disk that does not answer. A real disk cannot be stopped for one process. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static void stall(int file) {
    const char *while_there = getenv("STALL_WHILE"), *under = getenv("STALL_UNDER");
    char link[64], path[PATH_MAX];
    if (!while_there || !under) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    while (strncmp(path, under, strlen(under)) == 0 && access(while_there, F_OK) == 0) usleep(10000);
}

#define STALL(type, name, parameters, file, ...)                       \
    type name parameters {                                             \
        static type(*next) parameters;                                 \
        if (!next) next = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
        stall(file);                                                   \
        return next(__VA_ARGS__);                                      \
    }

STALL(ssize_t, write, (int f, const void *b, size_t n), f, f, b, n)
STALL(ssize_t, pwrite, (int f, const void *b, size_t n, off_t at), f, f, b, n, at)
STALL(ssize_t, pwrite64, (int f, const void *b, size_t n, off64_t at), f, f, b, n, at)
STALL(int, fsync, (int f), f, f)
STALL(int, fdatasync, (int f), f, f)
