/* A signal handler may wake a context at any time. */
#include "check.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>

static im_waker *volatile waker;
static volatile sig_atomic_t wakes, errors;

static void on_alarm(int signal) {
    (void)signal;
    if (im_waker_wake(waker) != IM_OK)
        errors++;
    wakes++;
}

int main(void) {
    struct sigaction action;
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    im_waker *many[1024], *one_more;
    im_ctx *ctx = make_context(0);
    double end;
    int32_t fd;
    int i;

    OK(im_fd(ctx, &fd));
    OK(im_waker_new(ctx, &one_more));
    waker = one_more;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    end = seconds() + 2;
    while (seconds() < end || wakes < 100) {
        im_config *config;
        im_waker *another;
        /* Calls that share tables with the waker, and calls that allocate. */
        OK(im_waker_new(ctx, &another));
        OK(im_waker_wake(another));
        OK(im_waker_free(another));
        CHECK(im_waker_wake(another) == IM_E_GONE);
        OK(im_config_new(&config));
        OK(im_config_set_str(config, IM_OPT_NAME, "cora"));
        OK(im_config_free(config));
        OK(im_step(ctx, 1));
    }
    /* A wait without limit ends when the handler has run. */
    OK(im_step(ctx, -1));
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(errors == 0);
    /* The handler preserves errno. */
    errno = 77;
    OK(im_waker_wake(waker));
    CHECK(errno == 77);

    for (i = 0; i < 1023; i++)
        OK(im_waker_new(ctx, &many[i]));
    FAILS(IM_E_LIMIT, im_waker_new(ctx, &many[1023]));
    for (i = 0; i < 1023; i++)
        OK(im_waker_free(many[i]));
    FAILS(IM_E_GONE, im_waker_free(many[0]));
    OK(im_waker_free(waker));
    CHECK(im_waker_wake(NULL) == IM_E_NULL);
    CHECK(im_waker_wake((im_waker *)ctx) == IM_E_HANDLE);
    OK(im_free(ctx));
    return 0;
}
