/* im_fd(): readable while a step has work to do or events are pending, and only then. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int readable(int fd, int wait_ms) {
    struct pollfd watched;
    watched.fd = fd;
    watched.events = POLLIN;
    return poll(&watched, 1, wait_ms);
}

static int fd_of(im_ctx *ctx) {
    int32_t fd = -1;
    OK(im_fd(ctx, &fd));
    CHECK(fd >= 0);
    return fd;
}

/* Runs a context as another event loop would, until it is quiet for `quiet_ms`. Returns how often it woke. */
static int run_quiet(im_ctx *ctx, int fd, int quiet_ms) {
    int turns = 0;
    while (readable(fd, quiet_ms) == 1) {
        OK(im_step(ctx, 0));
        drop_events(ctx);
        turns++;
        CHECK(turns < 1000000);
    }
    return turns;
}

static void *wake(void *waker) {
    usleep(50 * 1000);
    OK(im_waker_wake((im_waker *)waker));
    return NULL;
}

int main(int argc, char **argv) {
    int idle_ms = argc > 1 ? atoi(argv[1]) : 10000;
    im_ctx *ctx = make_context(0), *far = make_context(0);
    int fd = fd_of(ctx), far_fd = fd_of(far), woken, i;
    im_id server = 0, anna, bert, watch = 0;
    const im_event *event;
    im_str bound;
    im_waker *waker;
    pthread_t thread;
    char address[64], *text;
    int pipes[2];
    double start;

    CHECK(fd_of(ctx) == fd); /* The same for the life of the context. */
    CHECK(readable(fd, 0) == 0);
    OK(im_serve(far, NULL, &server));
    OK(im_listen(far, server, "127.0.0.1:0", &bound));
    CHECK(bound.len < sizeof address);
    memcpy(address, bound.ptr, bound.len + 1);
    anna = make_client(ctx, address, "anna");
    bert = make_client(ctx, address, "bert");
    CHECK(readable(fd, 0) == 1); /* A client was added: a step has work to do. */

    /* Two contexts, driven by their descriptors only, become quiet with all clients logged in. */
    for (i = 0; i < 200 && (readable(fd, 20) == 1 || readable(far_fd, 20) == 1); i++) {
        run_quiet(ctx, fd, 20);
        run_quiet(far, far_fd, 20);
    }

    /* A pending event. */
    OK(im_client_typing(ctx, anna, 1, 0));
    OK(im_client_post(ctx, anna, 1, "hello", IM_NUL_TERMINATED, NULL));
    CHECK(readable(fd, 0) == 1);
    for (i = 0; i < 100; i++) {
        OK(im_step(far, 10));
        drop_events(far);
        OK(im_step(ctx, 10));
        event = next_event(ctx);
        while (event != NULL && event->kind != IM_EVENT_POSTED)
            event = next_event(ctx);
        if (event != NULL)
            break;
    }
    CHECK(event != NULL); /* The events after it are not taken. */
    OK(im_step(ctx, 0));
    CHECK(readable(fd, 0) == 1);
    OK(im_step(ctx, 0)); /* Still pending: still readable. */
    CHECK(readable(fd, 0) == 1);
    run_quiet(ctx, fd, 200);
    CHECK(readable(fd, 0) == 0);

    /* A socket that is not drained in one turn, and input that is buffered: far more than a turn takes. */
    text = (char *)malloc(16000);
    memset(text, 'x', 16000);
    for (i = 0; i < 60; i++)
        OK(im_client_post(ctx, anna, 1, text, 16000, NULL));
    free(text);
    start = seconds();
    for (woken = 0; woken < 120 && seconds() < start + 60;) {
        if (readable(far_fd, 0) == 1) {
            OK(im_step(far, 0));
            drop_events(far);
        }
        if (readable(fd, 10) == 1) {
            OK(im_step(ctx, 0));
            while ((event = next_event(ctx)) != NULL)
                woken += event->kind == IM_EVENT_MESSAGE;
        }
    }
    CHECK(woken == 120);

    /* Another thread. */
    run_quiet(far, far_fd, 300);
    run_quiet(ctx, fd, 300);
    OK(im_waker_new(ctx, &waker));
    CHECK(pthread_create(&thread, NULL, wake, waker) == 0);
    CHECK(readable(fd, 10000) == 1);
    OK(im_step(ctx, 0));
    pthread_join(thread, NULL);
    OK(im_waker_free(waker));

    /* A descriptor of the program. */
    CHECK(pipe(pipes) == 0);
    OK(im_watch(ctx, pipes[0], &watch));
    CHECK(im_watch(ctx, -1, &watch) == IM_E_RANGE && im_watch(ctx, 9999, &watch) == IM_E_IO);
    CHECK(write(pipes[1], "x", 1) == 1);
    CHECK(readable(fd, 10000) == 1);
    event = wait_for(ctx, 0, IM_EVENT_READABLE);
    CHECK(event->source == watch);
    OK(im_remove(ctx, watch));
    close(pipes[0]);
    close(pipes[1]);

    /* A deadline: the descriptor alone drives the retries against a closed port. */
    OK(im_remove(far, server));
    run_quiet(far, far_fd, 100);
    for (woken = 0, start = seconds(); woken < 3 && seconds() < start + 60;) {
        CHECK(readable(fd, 30000) == 1);
        OK(im_step(ctx, 0));
        while ((event = next_event(ctx)) != NULL)
            woken += event->kind == IM_EVENT_CONNECTING && event->source == bert;
    }
    CHECK(woken >= 3);

    /* An idle context, logged in, does not wake at all. */
    OK(im_remove(ctx, anna));
    OK(im_remove(ctx, bert));
    OK(im_serve(far, NULL, &server));
    OK(im_listen(far, server, "127.0.0.1:0", &bound));
    CHECK(bound.len < sizeof address);
    memcpy(address, bound.ptr, bound.len + 1);
    anna = make_client(ctx, address, "anna");
    for (i = 0; i < 20; i++) {
        run_quiet(ctx, fd, 50);
        run_quiet(far, far_fd, 50);
    }
    run_quiet(ctx, fd, 1500);
    run_quiet(far, far_fd, 1500);
    {
        struct pollfd both[2];
        both[0].fd = fd, both[1].fd = far_fd;
        both[0].events = both[1].events = POLLIN;
        if (poll(both, 2, idle_ms) != 0) {
            int32_t due, far_due;
            OK(im_next_timeout(ctx, &due));
            OK(im_next_timeout(far, &far_due));
            fprintf(stderr, "woken while idle: client %d (due %d), server %d (due %d)\n", both[0].revents, due, both[1].revents, far_due);
            return 1;
        }
    }
    OK(im_free(ctx));
    OK(im_free(far));
    return 0;
}
