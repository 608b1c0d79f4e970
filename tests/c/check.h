/* Helpers for the tests of the C interface. */
#ifndef CHECK_H
#define CHECK_H

#include <im.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s (last error: %s)\n", __FILE__, __LINE__, #condition, im_last_error()); \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)
#define OK(call) CHECK((call) == IM_OK)
#define FAILS(status, call)                                                               \
    do {                                                                                  \
        int32_t got_ = (call);                                                            \
        if (got_ != (status)) {                                                           \
            fprintf(stderr, "%s:%d: %s is %d (%s), not " #status "\n", __FILE__, __LINE__, #call, (int)got_, im_last_error()); \
            exit(1);                                                                      \
        }                                                                                 \
        CHECK(im_last_error()[0] != '\0');                                                \
    } while (0)

/* Monotonic time in seconds. */
static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Makes a context; with a seed, on a virtual clock. */
static im_ctx *make_context(int64_t seed) {
    im_config *config;
    im_ctx *ctx = NULL;
    OK(im_config_new(&config));
    OK(im_config_set_int(config, IM_OPT_WORKERS, 0));
    if (seed != 0) {
        OK(im_config_set_int(config, IM_OPT_SEED, seed));
        OK(im_config_set_int(config, IM_OPT_VIRTUAL_CLOCK, 1));
    }
    OK(im_new(IM_ABI, config, &ctx));
    OK(im_config_free(config));
    return ctx;
}

/* Connects a client with this name. */
static im_id make_client(im_ctx *ctx, const char *address, const char *name) {
    im_config *config;
    im_id client = 0;
    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_NAME, name));
    OK(im_connect(ctx, address, config, &client));
    OK(im_config_free(config));
    return client;
}

/* Returns the next event, or NULL. */
static const im_event *next_event(im_ctx *ctx) {
    const im_event *event = NULL;
    OK(im_next_event(ctx, &event));
    return event;
}

/* Takes and drops all pending events. */
static void drop_events(im_ctx *ctx) {
    while (next_event(ctx) != NULL) {
    }
}

/* Steps until this source (0: any) has an event of this kind. Drops others. */
static const im_event *wait_for(im_ctx *ctx, im_id source, int32_t kind) {
    double end = seconds() + 60;
    const im_event *event;
    int32_t wait;
    while (seconds() < end) {
        event = next_event(ctx);
        if (event == NULL) {
            /* A virtual clock must be advanced; on the system's clock this returns IM_E_CLOCK. */
            OK(im_next_timeout(ctx, &wait));
            if (wait > 0)
                (void)im_advance(ctx, (uint32_t)wait);
            OK(im_step(ctx, 100));
        } else if (event->kind == kind && (source == 0 || event->source == source)) {
            return event;
        }
    }
    fprintf(stderr, "event %d did not come\n", (int)kind);
    exit(1);
}

#endif
