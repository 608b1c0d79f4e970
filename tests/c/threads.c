/* A context belongs to its thread; wakers and configurations can be used on any. */
#include "check.h"

#include <pthread.h>

static im_ctx *ctx, *orphan;

static void *intrude(void *waker) {
    const im_event *event;
    FAILS(IM_E_THREAD, im_step(ctx, 0));
    FAILS(IM_E_THREAD, im_next_event(ctx, &event));
    FAILS(IM_E_THREAD, im_free(ctx));
    OK(im_waker_wake((im_waker *)waker));
    /* This thread ends with a context of its own, which is freed with it. */
    orphan = make_context(0);
    return NULL;
}

int main(void) {
    pthread_t thread;
    im_waker *waker;
    double start;
    int i;

    ctx = make_context(0);
    OK(im_waker_new(ctx, &waker));
    for (i = 0; i < 20; i++) {
        CHECK(pthread_create(&thread, NULL, intrude, waker) == 0);
        start = seconds();
        OK(im_step(ctx, 30000)); /* Returns when it is woken. */
        CHECK(seconds() < start + 25);
        pthread_join(thread, NULL);
        FAILS(IM_E_GONE, im_step(orphan, 0));
    }
    OK(im_free(ctx));
    OK(im_waker_free(waker));
    return 0;
}
