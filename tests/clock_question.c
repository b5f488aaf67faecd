/* Preloaded by the integration tests: counts in the file CLOCK_COUNT how often the kernel is asked whether the clock is set, one
   character a question. With CLOCK_ANSWER=refused the question is refused, as by a filter of system calls; with CLOCK_ANSWER=set a
   time service has set the clock. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

static int answer(struct timex *asked) {
    const char *count = getenv("CLOCK_COUNT"), *kind = getenv("CLOCK_ANSWER");
    int file = count ? open(count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (file >= 0) {
        if (write(file, "?", 1) != 1) abort();
        close(file);
    }
    if (kind && strcmp(kind, "refused") == 0) {
        errno = EPERM;
        return -1;
    }
    asked->status = 0;
    return TIME_OK;
}

int adjtimex(struct timex *asked) { return answer(asked); }
int __adjtimex(struct timex *asked) { return answer(asked); }
int ntp_adjtime(struct timex *asked) { return answer(asked); }
int clock_adjtime(clockid_t clock, struct timex *asked) {
    (void)clock;
    return answer(asked);
}
